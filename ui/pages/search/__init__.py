"""The search page: ranges of settings at the left, trials as they come in at the right."""
