"""What everything else in the core stands on: registry and settings, constants, random streams."""
