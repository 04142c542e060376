"""What fills the window, one package for each page, and the registry of the pages.

A page is a subclass of `ui.page.Page`, in `ui/pages/<key>/page.py`. To add one, write a function
below that imports and builds it, and register that with its title and icon in `PAGES`. The window
then shows it in the rail, in the View menu and under Ctrl and its number, and builds it when it is
first shown. The modules of a page import neither this one nor another page: what a page needs of
the window it gets as a `PageContext`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ui.page import Page, PageContext


@dataclass(frozen=True)
class PageEntry:
    """One page: its key, its title in the rail, the name of its icon in `resources/icons`, what is
    to be found there, for tooltips, and how it is built."""

    key: str
    title: str
    icon: str
    about: str
    build: Callable[[PageContext], Page]


def _train(context: PageContext) -> Page:
    from ui.pages.train.page import TrainPage

    return TrainPage(context)


def _gallery(context: PageContext) -> Page:
    from ui.pages.gallery.page import GalleryPage

    return GalleryPage(context)


def _labs(context: PageContext) -> Page:
    from ui.pages.labs.page import LabsPage

    return LabsPage(context)


def _search(context: PageContext) -> Page:
    from ui.pages.search.page import SearchPage

    return SearchPage(context)


# In the order of the rail; the first is shown at the start.
PAGES: tuple[PageEntry, ...] = (
    PageEntry(
        "train",
        title="Train",
        icon="train",
        about="Train a network and see inside it",
        build=_train,
    ),
    PageEntry(
        "gallery",
        title="Gallery",
        icon="gallery",
        about="Experiments to run and compare",
        build=_gallery,
    ),
    PageEntry(
        "labs", title="Labs", icon="labs", about="Ideas to play with and check by hand", build=_labs
    ),
    PageEntry(
        "search",
        title="Search",
        icon="search",
        about="Search for the best hyperparameters",
        build=_search,
    ),
)
