"""The application as the storm meets it: `python -m tests.soak.child --run`.

Writes to the file named by WATCH which code kept the window from answering; with INVENTORY=30 also
every 30 seconds what is alive, and how much memory the allocator could give back.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from playground import process
from playground.__main__ import main


def watched(make=process.make_application):
    """The QApplication with a watch on its thread."""
    from tests.soak.watch import Watch

    application = make()
    inventory = float(os.environ.get("INVENTORY", "0"))
    application.watch = Watch(Path(os.environ["WATCH"]), inventory)
    return application


if __name__ == "__main__":
    process.make_application = watched
    sys.exit(main())
