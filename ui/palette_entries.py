"""What the command palette offers."""

from __future__ import annotations

from collections.abc import Callable

from core.base.translation import tr
from core.gallery import GALLERY, TOPICS
from core.studies import LABS
from ui.menus import Line, MenuBar
from ui.page import Page
from ui.palette import Entry

Show = Callable[[str], Page]


def palette_entries(menus: MenuBar, show_page: Show) -> list[Entry]:
    """Every action of the menus, which include the pages and the dashboard's views, every lab, and
    every experiment of the gallery."""
    entries = [_of_line(line, show_page) for line in menus.lines()]
    for key, lab in LABS.items():
        entries.append(
            Entry(
                tr(lab.title),
                tr("Lab"),
                lambda key=key: show_lab(show_page, key),
                note=tr(lab.question),
            )
        )
    for topic, experiments in TOPICS.items():
        for experiment in experiments:
            entries.append(
                Entry(
                    tr(experiment.title),
                    f"{tr('Gallery')} › {tr(topic)}",
                    lambda key=experiment.key: show_experiment(show_page, key),
                    note=tr(experiment.question),
                )
            )
    return entries


def _of_line(line: Line, show_page: Show) -> Entry:
    action = line.action
    shown = f" ({tr('shown')})" if action.isCheckable() and action.isChecked() else ""

    def act() -> None:
        if line.page:
            show_page(line.page)
        action.trigger()

    # Those of a page that is not shown are hidden, and enabled as soon as it is.
    possible = action.isEnabled() or not action.isVisible()
    return Entry(line.text, line.place + shown, act, line.keys, action.toolTip(), possible)


def show_lab(show_page: Show, key: str) -> None:
    """Show a lab."""
    from ui.pages.labs.page import LabsPage

    page = show_page("labs")
    assert isinstance(page, LabsPage)
    page.open(key)


def show_experiment(show_page: Show, key: str) -> None:
    """Show an experiment of the gallery."""
    from ui.pages.gallery.page import GalleryPage

    page = show_page("gallery")
    assert isinstance(page, GalleryPage)
    page.open(GALLERY[key])
