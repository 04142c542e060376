"""`playground predict`: a saved model's answers for the rows of a table."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from playground.exits import DONE, FAILED, fail

if TYPE_CHECKING:
    from core.base.arrays import Array
    from core.training.model import Model


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `predict`."""
    predict = commands.add_parser(
        "predict",
        help="predict the rows of a table with a saved model",
        description="Predict every row of a table with a model that `playground train --out` or "
        "the window has saved. Writes CSV: the prediction, and for classes the probability of "
        "each. Where the table has the target column, the score is said. Exit status: 0 done, "
        "1 failed, 2 bad input.",
    )
    predict.add_argument("model", type=Path, metavar="MODEL", help="a .model file")
    predict.add_argument("table", type=Path, metavar="TABLE", help="a table or NumPy archive")
    predict.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write the predictions (else printed)"
    )
    predict.set_defaults(run=_predict)


def _predict(options: argparse.Namespace) -> int:
    from core.data import DataError
    from core.experiment.files import replacing
    from core.training.model_file import read_model
    from core.training.model_inputs import rows_for
    from playground.progress import ProgressBar

    line = ProgressBar(sys.stderr)
    try:
        model = read_model(options.model)
        rows = rows_for(model, options.table, lambda s: line.show(s, f"of {options.table}"))
        line.clear()
        outputs = model.predict(rows.inputs)
        for note in rows.notes:
            print(f"playground: {note}", file=sys.stderr)
        if options.out is None:
            _write(sys.stdout, model, outputs)
        else:
            with replacing(options.out) as part, open(part, "w", newline="", encoding="utf-8") as f:
                _write(f, model, outputs)
    except DataError as error:
        line.clear()
        return fail([str(error)])
    except OSError as error:
        return fail([f"{error.filename or options.out}: {error.strerror or error}"], FAILED)
    if score := _score(model, outputs, rows.targets):
        print(f"playground: {score}", file=sys.stderr)
    if options.out is not None:
        print(f"{len(outputs):,} predictions written to {options.out}")
    return DONE


def _write(file: TextIO, model: Model, outputs: Array) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_heading(model))
    writer.writerows(_rows(model, outputs))


def _heading(model: Model) -> list[str]:
    name = f"predicted {model.target}" if model.target else "predicted"
    if model.task == "regression":
        return [name] if model.outputs == 1 else [f"{name} {i + 1}" for i in range(model.outputs)]
    return [name, *(f"probability of {each}" for each in model.class_names())]


def _rows(model: Model, outputs: Array) -> Iterator[list[Any]]:
    if model.task == "regression":
        yield from ([f"{value:.9g}" for value in row] for row in outputs)
        return
    shares = model.probabilities(outputs)
    for answer, row in zip(model.answers(outputs), shares, strict=True):
        yield [answer, *(f"{share:.9g}" for share in row)]


def _score(model: Model, outputs: Array, targets: tuple[str, ...]) -> str:
    """How good the predictions are where the table has the target; "" where it has not."""
    import numpy as np

    known = [i for i, target in enumerate(targets) if target]
    if not known:
        return ""
    if model.task == "regression":
        try:
            truth = np.array([float(targets[i]) for i in known])
        except ValueError:
            return ""
        error = outputs[known, 0].astype(np.float64) - truth
        spread = float(np.square(truth - truth.mean()).sum())
        r2 = f", R² {1 - float(np.square(error).sum()) / spread:.4f}" if spread else ""
        return f"RMSE {np.sqrt(np.square(error).mean()):.4g}{r2} on {len(known):,} rows"
    answers = model.answers(outputs)
    right = sum(answers[i].lower() == targets[i].lower() for i in known)
    return f"accuracy {right / len(known):.1%} on {len(known):,} rows"
