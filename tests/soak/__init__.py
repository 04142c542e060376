"""Random use of the real application for minutes or hours, judged at its end: `make soak`."""
