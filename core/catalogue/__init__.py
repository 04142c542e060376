"""What there is to choose from: every activation, optimizer, loss and remedy, one class each."""
