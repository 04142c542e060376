"""The Labs page: cards of the labs, and a page for each."""
