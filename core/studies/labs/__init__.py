"""The labs: what the command line shows of each study, and the checks its numbers must pass."""
