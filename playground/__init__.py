"""The application: command line and window."""

from pathlib import Path

__version__ = "0.1.0"
ICON = Path(__file__).resolve().parents[1] / "resources" / "application.svg"
