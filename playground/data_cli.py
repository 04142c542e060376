"""`playground data fetch`: gets data sets that do not come with the application."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.base.translation import tr
from playground.exits import DONE, FAILED, INTERRUPTED, fail

# Listed here so that `--help` need not load the modules that read them.
NAMES = ("mnist", "fashion_mnist")


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `data` and its actions."""
    data = commands.add_parser("data", help=tr("get MNIST or Fashion-MNIST"))
    actions = data.add_subparsers(title=tr("actions"), metavar="ACTION", required=True)
    fetch = actions.add_parser(
        "fetch",
        help=tr("download a data set once, for use offline"),
        description=tr(
            "Download a data set into the user's cache folder. Mirrors are tried in turn, "
            "an interrupted download is resumed, and checksums are compared. Exit status: "
            "0 done, 1 failed, 2 bad input, 130 stopped by Ctrl+C."
        ),
    )
    fetch.add_argument("name", choices=NAMES, help=tr("data set"))
    fetch.add_argument(
        "--from",
        dest="origin",
        metavar="URL|FOLDER",
        help=tr("a mirror of your own, or a folder with the four IDX files, gzipped or not"),
    )
    fetch.set_defaults(run=_fetch)


def _fetch(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from core.base.cancellation import Cancelled
    from core.data import DataError
    from core.data.fetch import adopt, download, present
    from core.data.sources import SOURCES
    from core.data.user_files import absolute
    from playground.progress import ProgressBar

    source, origin, bar = SOURCES[options.name], options.origin, ProgressBar(sys.stderr)

    def progress(done: int, total: int, text: str) -> None:
        bar.show(done / total, tr("of {size:.1f} MB  {text}", size=total / 1e6, text=text))

    try:
        if origin and "://" not in origin:
            folder = adopt(options.name, absolute(Path(origin)))
        elif not origin and (folder := present(options.name)):
            print(tr("{name} is already here: {folder}", name=options.name, folder=folder))
            return DONE
        else:
            if origin:
                source = replace(source, mirrors=(origin.rstrip("/") + "/",))
            folder = download(source, progress)
    except ValueError as error:
        bar.clear()
        return fail([tr("--from {origin}: {error}", origin=origin, error=str(error))])
    except (KeyboardInterrupt, Cancelled):
        bar.clear()
        return fail([tr("stopped; the same command resumes the download")], INTERRUPTED)
    except DataError as error:
        bar.clear()
        problems = tr(str(error)).splitlines()
        if len(problems) > 1 and not origin:
            problems.append(
                tr("from a folder: playground data fetch {name} --from FOLDER", name=options.name)
            )
        return fail(problems, FAILED)
    bar.clear()
    print(f"{options.name}: {folder}")
    return DONE
