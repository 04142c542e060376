"""Plots painted by hand: cheap enough for 60 frames a second, and sharp in every picture."""
