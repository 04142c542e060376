"""Plots and their data as files and on the clipboard."""
