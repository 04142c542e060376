"""What fills the window, one package a page."""
