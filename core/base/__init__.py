"""The base of the core: registry and settings, constants, random streams."""
