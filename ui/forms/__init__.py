"""Forms built from the settings declared by spec and catalogue."""
