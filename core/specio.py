"""Specs as plain data and JSON text. To be replaced."""
