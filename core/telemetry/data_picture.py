"""The samples of a run for views."""

from __future__ import annotations

import numpy as np

from core.data.split import classes_too_small
from core.telemetry.pictures import DataPicture, Points
from core.training.training_data import TrainingData

MOST_POINTS = 1500
# Numbers of input features for which points are drawn.
MOST_FEATURES = 2


def picture(data: TrainingData) -> DataPicture:
    """What views need of the samples of a run: a small copy."""
    split, train = data.split, data.split.train
    parts = {"train": train, "validation": split.validation}
    drawn = bool(data.plane) or train.features <= MOST_FEATURES
    # Points of a plane are already in the data's units.
    mean, std = (np.zeros(2), np.ones(2)) if data.plane else (split.mean, split.std)
    return DataPicture(
        task=train.task,
        features=train.features,
        outputs=train.outputs,
        class_names=train.class_names,
        feature_names=train.feature_names,
        image_shape=train.image_shape,
        mean=np.array(mean, np.float64),
        std=np.array(std, np.float64),
        span=(float(train.targets.min()), float(train.targets.max())),
        points={name: _points(name, data) for name in parts} if drawn else {},
        counts={name: len(part) for name, part in parts.items()},
        preparation=data.preparation,
        drawn=data.drawn,
        reach=data.reach,
        too_small=classes_too_small(split),
    )


def _points(name: str, data: TrainingData) -> Points:
    """The first samples of a part, which is in random order anyway."""
    part, few = data.part(name), slice(0, MOST_POINTS)
    if data.plane:
        inputs = data.plane[name][few]
    else:
        inputs = part.inputs[few] * data.split.std + data.split.mean
    targets = part.targets[few]
    targets = targets.argmax(axis=1) if part.task == "classes" else targets[:, 0]
    return Points(inputs.astype(np.float32), targets.astype(np.float32), len(part))
