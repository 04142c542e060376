"""The gallery in the window: cards of all experiments, and a page on which one is run."""
