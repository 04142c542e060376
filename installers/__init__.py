"""How the program is packaged: wheel, one folder without Python, Debian package."""
