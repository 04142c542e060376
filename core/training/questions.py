"""What can be asked of a network by hand: one row of inputs, or a picture, and how answers read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.translation import Message, joined
from core.data.columns.recipe import Feature, feature_from_plain
from core.data.dataset import Task
from core.training.sketch import Pictures, look_of
from core.training.training_data import TrainingData

# More columns than this are not filled in by hand.
MOST_FIELDS = 20
# Days that a calendar has, either way from 1970.
MOST_DAYS = 700_000
# So many samples, which are in random order, tell how pictures look and how far columns reach.
PICTURES, ROWS = 500, 20_000


@dataclass(frozen=True)
class Field:
    """One column to be filled in. `low`, `high` and `typical` (the median) are those of the
    training part, or of much of it, in the units of the data; 0 where there are categories, of
    which the most frequent is `word`. `whole` says whether all values were whole numbers."""

    feature: Feature
    low: float = 0.0
    high: float = 0.0
    typical: float = 0.0
    whole: bool = False
    word: str = ""

    @property
    def name(self) -> str:
        return self.feature.column

    @property
    def start(self) -> float | str:
        """What the field says before anybody has filled it in."""
        return self.word if self.feature.categories else self.typical

    @property
    def is_day(self) -> bool:
        """Whether it is a date, as days since 1970-01-01, rather than a number."""
        return bool(self.feature.date) and self.feature.date != "time"

    def text(self, value: float | str) -> str:
        """A value as people read it."""
        if isinstance(value, str):
            return value
        if np.isnan(value):
            return Message("missing")
        if self.is_day and abs(value) < MOST_DAYS:
            return str(date(1970, 1, 1) + timedelta(days=round(value)))
        return f"{value:.6g}"

    def inputs(self, value: float | str) -> list[float]:
        """The inputs of the network for a value: a number, or one of the categories."""
        feature = self.feature
        if feature.categories:
            shown = feature.categories[-len(feature.labels) :]
            return [float(category == value) for category in shown]
        number = float(value)
        return [number, float(np.isnan(number))] if feature.flag else [number]


@dataclass(frozen=True)
class Questionnaire:
    """`fields` make a row of inputs, or a picture like the data's `pictures` does; where both are
    missing nothing can be asked by hand. `answers` names the classes or outputs, `target` what is
    predicted. `span` are the least and the largest target of the training part."""

    task: Task
    answers: tuple[str, ...]
    target: str = ""
    fields: tuple[Field, ...] = ()
    pictures: Pictures | None = None
    span: tuple[float, float] = (0.0, 1.0)

    @property
    def is_possible(self) -> bool:
        """Whether anything can be asked by hand."""
        return bool(self.fields or self.pictures)

    def row(self, values: Sequence[float | str]) -> NDArray[np.float64]:
        """The inputs (inputs,) for one value a field."""
        pairs = zip(self.fields, values, strict=True)
        return np.array([x for field, value in pairs for x in field.inputs(value)])


@dataclass(frozen=True, eq=False)
class Question:
    """One row of `inputs` (inputs,) in the units of the data, and the number of the question."""

    number: int
    inputs: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network of a run says to a question with its weights after `iteration` updates:
    class probabilities (classes,), also of two classes, or numbers (outputs,) in their units."""

    run: int
    iteration: int
    question: int
    outputs: NDArray[np.float64]


def questionnaire(
    data: TrainingData, recipe: tuple[Feature, ...], target: str = ""
) -> Questionnaire:
    """What can be asked of a network trained on these samples. `recipe` says how columns became
    inputs, empty where the data were no table."""
    train = data.split.train
    names = data.preparation.names if data.preparation else train.feature_names
    asked = Questionnaire(
        task=train.task,
        answers=_answers(data, target),
        target=target,
        span=(float(train.targets.min()), float(train.targets.max())),
    )
    if train.image_shape is not None:
        return replace(asked, pictures=look_of(_raw(data, PICTURES), train.image_shape))
    inputs = 2 if data.plane else train.features
    if not recipe:
        names = names or tuple(Message("input {number}", number=i + 1) for i in range(inputs))
        recipe = tuple(Feature(name, "number") for name in names)
    if len(recipe) > MOST_FIELDS or sum(len(each.labels) for each in recipe) != inputs:
        return asked
    return replace(asked, fields=_fields(recipe, _raw(data, ROWS)))


def _answers(data: TrainingData, target: str) -> tuple[str, ...]:
    train = data.split.train
    if train.task == "regression":
        one = train.outputs == 1
        name = target or Message("prediction")
        if one:
            return (name,)
        return tuple(joined(" ", [name, str(i + 1)]) for i in range(train.outputs))
    count = 2 if train.task == "binary" else train.outputs
    known = train.class_names
    return tuple(
        known[i] if i < len(known) else Message("class {number}", number=i) for i in range(count)
    )


def _raw(data: TrainingData, most: int) -> NDArray[np.floating]:
    """Inputs (samples, inputs) of the training part in the units of the data."""
    if data.plane:
        return data.plane["train"][:most]
    return data.split.train.inputs[:most] * data.split.std + data.split.mean


def _fields(recipe: tuple[Feature, ...], raw: NDArray[np.floating]) -> tuple[Field, ...]:
    fields, at = [], 0
    for feature in recipe:
        columns = raw[:, at : at + len(feature.labels)]
        at += len(feature.labels)
        by_words = bool(feature.categories)
        fields.append(_by_words(feature, columns) if by_words else _number(feature, columns[:, 0]))
    return tuple(fields)


def _by_words(feature: Feature, columns: NDArray[np.floating]) -> Field:
    counts = np.rint(columns.sum(axis=0))
    if len(feature.labels) < len(feature.categories):
        counts = np.concatenate([[len(columns) - counts.sum()], counts])
    return Field(feature, word=feature.categories[int(counts.argmax())])


def _number(feature: Feature, raw: NDArray[np.floating]) -> Field:
    # Scaled and back again: what rounding has changed is not to be shown.
    low, high, typical = (float(f"{v:.6g}") for v in (raw.min(), raw.max(), np.median(raw)))
    room = 1e-5 * max(abs(low), abs(high), 1e-300)
    whole = bool((np.abs(raw - np.rint(raw)) <= room).all()) and not feature.date
    return Field(feature, low, high, float(round(typical)) if whole else typical, whole)


def to_plain(asked: Questionnaire) -> dict[str, Any]:
    """The questionnaire as plain values, for a file."""
    return asdict(asked)


def from_plain(plain: dict[str, Any]) -> Questionnaire:
    """The questionnaire that `to_plain` wrote. Raises KeyError, TypeError, ValueError."""
    pictures = plain["pictures"]
    return Questionnaire(
        task=plain["task"],
        answers=tuple(map(str, plain["answers"])),
        target=str(plain["target"]),
        fields=tuple(map(_field, plain["fields"])),
        pictures=_pictures(pictures) if pictures else None,
        span=_pair(plain["span"]),
    )


def _field(plain: dict[str, Any]) -> Field:
    feature = feature_from_plain(plain["feature"])
    numbers = (_finite(plain[name]) for name in ("low", "high", "typical"))
    return Field(feature, *numbers, whole=bool(plain["whole"]), word=str(plain["word"]))


def _pictures(plain: dict[str, Any]) -> Pictures:
    rows, columns = map(int, plain["shape"])
    numbers = (_finite(plain[name]) for name in ("background", "ink", "extent", "pen"))
    return Pictures((rows, columns), *numbers, centre=_pair(plain["centre"]))


def _pair(values: Sequence[Any]) -> tuple[float, float]:
    low, high = map(_finite, values)
    return low, high


def _finite(value: Any) -> float:
    if not np.isfinite(float(value)):
        raise ValueError(f"{value} is no finite number")
    return float(value)
