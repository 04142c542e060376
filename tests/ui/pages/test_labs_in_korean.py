"""The labs in Korean: what to look for, how far the steps are, and names that fit their rows."""

import re

import pytest
from PySide6.QtWidgets import QLabel

from core.base.translation import tr
from ui.pages.labs.registry import LAB_PAGES
from ui.widgets.row_label import RowLabel

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize("key", LAB_PAGES)
def test_a_lab_speaks_korean_and_its_names_fit_their_rows(korean, labs, key):
    labs.open(key)
    lab = labs.lab
    shown = [label.text() for label in lab.findChildren(QLabel)]
    for text in (lab.look_for, lab.question, lab.lab.title):
        assert tr(text) in shown and HANGUL.search(tr(text))
    assert re.fullmatch(r"\D+ [\d,]+ / [\d,]+", lab.transport.place.text())
    for name in lab.findChildren(RowLabel):
        assert name.fontMetrics().horizontalAdvance(name.text()) <= name.room(), name.text()
