"""`playground predict`: a saved model's answers for the rows of a table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.base.translation import tr
from playground.exits import DONE, FAILED, about_file, fail, file, note


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `predict`."""
    predict = commands.add_parser(
        "predict",
        help=tr("predict the rows of a table with a saved model"),
        description=tr(
            "Predict every row of a table with a model that `playground train --out` or "
            "the window has saved. Writes CSV: the prediction, and for classes the "
            "probability of each. If the table has the target column, the score is "
            "printed. Exit status: 0 done, 1 failed, 2 bad input."
        ),
    )
    predict.add_argument("model", type=Path, metavar="MODEL", help=tr("a .model file"))
    predict.add_argument("table", type=Path, metavar="TABLE", help=tr("a table or NumPy archive"))
    predict.add_argument(
        "--out",
        type=file,
        metavar="FILE",
        help=tr("where to write the predictions (default: standard output)"),
    )
    predict.set_defaults(run=_predict)


def _predict(options: argparse.Namespace) -> int:
    from core.data import DataError
    from core.experiment.files import replacing
    from core.training.model_file import read_model
    from core.training.model_inputs import rows_for
    from core.training.model_output import score, write_predictions
    from playground.progress import ProgressBar

    line = ProgressBar(sys.stderr)
    try:
        model = read_model(options.model)
        rows = rows_for(
            model, options.table, lambda s: line.show(s, tr("of {path}", path=options.table))
        )
        line.clear()
        outputs = model.predict(rows.inputs)
        for text in rows.notes:
            note(text)
        if options.out is None:
            write_predictions(sys.stdout, model, outputs)
        else:
            with replacing(options.out) as part, open(part, "w", newline="", encoding="utf-8") as f:
                write_predictions(f, model, outputs)
    except DataError as error:
        line.clear()
        return fail([str(error)])
    except OSError as error:
        return fail([about_file(error)], FAILED)
    if told := score(model, outputs, rows.targets):
        note(told)
    if options.out is not None:
        print(tr("{count:,} predictions written to {file}", count=len(outputs), file=options.out))
    return DONE
