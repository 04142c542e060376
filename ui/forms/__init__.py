"""Forms made from the settings that spec and catalogue declare."""
