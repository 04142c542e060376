"""Fixtures of several test files of the core."""

import sys

import pytest

from core.data.tables.parsers import ArrowParser, PandasParser


@pytest.fixture(params=[ArrowParser, PandasParser])
def parser(request, monkeypatch):
    """Tables are read with each of the libraries."""
    if request.param is PandasParser:
        monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    return request.param
