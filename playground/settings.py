"""Experiments on the command line: a file, and settings given as PATH=VALUE."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.base.translation import tr
from playground.exits import note

if TYPE_CHECKING:
    from core.experiment.spec import ExperimentSpec

# For an experiment that has no end of its own.
DEFAULT_EPOCHS = 100


def experiment(file: Path | None, settings: list[str]) -> ExperimentSpec:
    """The experiment in a file (the default one without) with settings PATH=VALUE changed.

    Raises `SpecError` with every problem.
    """
    from core.experiment.files import read_experiment, read_plain

    if file and not settings:
        return _ending(read_experiment(file))
    return _ending(with_settings(read_plain(file) if file else {}, settings))


def with_settings(raw: Any, settings: list[str]) -> ExperimentSpec:
    """The experiment that plain data describe, with settings PATH=VALUE changed.

    Raises `SpecError` with every problem.
    """
    from core.experiment.reading import SpecError
    from core.experiment.serialization import from_dict, set_path

    problems: list[str] = []
    for setting in settings:
        path, equals, text = setting.partition("=")
        try:
            if not equals:
                raise SpecError([tr("--set {setting}: must be PATH=VALUE", setting=setting)])
            raw = set_path(raw, path, _value(text))
        except SpecError as error:
            problems += error.problems
    spec = None
    try:
        spec = from_dict(raw)
    except SpecError as error:
        problems += error.problems
    if spec is None or problems:
        raise SpecError(problems)
    return spec


def with_task(spec: ExperimentSpec) -> ExperimentSpec:
    """The experiment with the task of its file. Prints what is predicted and how the columns were
    processed. Raises `DataError`, `SpecError`."""
    from core.data.user_files import UserTable, load, resolved
    from core.experiment.reading import SpecError
    from core.experiment.serialization import problems
    from playground.progress import ProgressBar

    dataset = spec.data.dataset
    if not isinstance(dataset, UserTable):
        return spec
    line = ProgressBar(sys.stderr)
    encoded = load(dataset, lambda share: line.show(share, tr("of {path}", path=dataset.path)))
    line.clear()
    for text in (encoded.summary, *encoded.notes):
        note(text)
    for warning in encoded.warnings:
        note(tr("warning: {warning}", warning=warning))
    known = replace(spec, data=replace(spec.data, dataset=resolved(dataset, encoded)))
    if found := problems(known):
        raise SpecError(found)
    return known


def _ending(spec: ExperimentSpec) -> ExperimentSpec:
    """The experiment with a last epoch added if it has no end of its own. On a file of the user the
    weights of the best of these epochs are kept: nobody watches whether it overfits."""
    from core.data.user_files import UserTable

    if spec.training.max_epochs or spec.training.patience:
        return spec
    watched = DEFAULT_EPOCHS if isinstance(spec.data.dataset, UserTable) else 0
    ending = replace(spec.training, max_epochs=DEFAULT_EPOCHS, patience=watched)
    return replace(spec, training=ending)


def _value(text: str) -> Any:
    """A value on the command line: parsed as JSON if possible, otherwise the text itself."""
    from core.experiment.reading import SpecError
    from core.experiment.serialization import parse

    try:
        return parse(text)
    except SpecError:
        return text
