"""Copying and pasting links: an experiment, or a lab as it is set, as a line of text to send."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from core.base.translation import Message, tr
from core.data.user_files import UserTable
from core.experiment.links import SAFE_LENGTH, LabLink, is_link, read_link
from core.experiment.reading import SpecError
from core.experiment.spec import ExperimentSpec

NO_LINK = Message("There is no link to paste: copy one first. It begins with playground:")


class Links:
    """`made` returns a link to what is shown; `open_experiment` and `open_lab` open the target of a
    link; `report` shows errors to the user."""

    def __init__(
        self,
        made: Callable[[], str],
        open_experiment: Callable[[ExperimentSpec], object],
        open_lab: Callable[[LabLink], object],
        report: Callable[[str], None],
    ) -> None:
        self._made, self._report = made, report
        self._open_experiment, self._open_lab = open_experiment, open_lab

    def copy(self) -> None:
        """Copy a link to what is shown to the clipboard."""
        self.put(self._made, self._report)

    @staticmethod
    def put(made: Callable[[], str], report: Callable[[str], None]) -> None:
        """Copy a link to the clipboard; report if it may not work everywhere."""
        try:
            link = made()
        except SpecError as error:
            report(tr(str(error)))
            return
        QGuiApplication.clipboard().setText(link)
        if caution := _caution(link):
            report(caution)

    def paste(self) -> None:
        """Open the link in the clipboard."""
        text = QGuiApplication.clipboard().text()
        if is_link(text):
            self.open(text)
        else:
            self._report(tr(NO_LINK))

    def open(self, text: str) -> None:
        """Open the target of a link; if it is invalid, report the problems and change nothing."""
        try:
            found = read_link(text)
            if isinstance(found, LabLink):
                self._open_lab(found)
            else:
                self._open_experiment(found)
        except SpecError as error:
            self._report(tr(str(error)))


def _caution(link: str) -> str:
    found = read_link(link)
    if isinstance(found, ExperimentSpec) and isinstance(found.data.dataset, UserTable):
        return tr(
            "The link names the file {file} but does not contain it: it works where that file is.",
            file=found.data.dataset.path,
        )
    if len(link) <= SAFE_LENGTH:
        return ""
    return tr(
        "The link has {length:,} characters. Some programs cut links of more than {safe:,}; a file "
        "is safer.",
        length=len(link),
        safe=SAFE_LENGTH,
    )
