"""What a run does that the network by hand leaves out is named."""

from unittest.mock import create_autospec

import numpy as np
import pytest

from core.experiment.serialization import from_dict
from core.studies.taken import TakeJob
from core.worker.job import Context

WEIGHTS = (np.ones((3, 2)), np.ones((1, 3)))
PLAIN = {"optimizer": "sgd"}


def left_out(training: dict) -> str:
    spec = from_dict(
        {"data": {"dataset": "circle"}, "network": {"hidden": [3]}, "training": training}
    )
    return TakeJob(spec, WEIGHTS, None).run(create_autospec(Context, instance=True)).differs


def test_plain_gradient_descent_leaves_nothing_out():
    assert left_out(PLAIN) == ""


@pytest.mark.parametrize(
    ("training", "named"),
    [
        ({"optimizer": "adam"}, "Adam’s rule"),
        ({"schedule": "cosine"}, "the schedule"),
        ({"penalty": "l2"}, "the weight penalty"),
        ({"weight_decay": 0.1}, "the weight penalty"),
        ({"class_weights": "balanced"}, "class weights"),
        ({"clipping": "by_norm"}, "gradient clipping"),
    ],
)
def test_what_is_left_out_is_named(training, named):
    assert left_out(PLAIN | training).startswith(f"Left out: {named}. ")
