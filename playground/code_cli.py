"""`playground code`: an experiment as a script for PyTorch or NumPy."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.base.strings import is_unicode
from core.base.translation import tr
from playground.exits import DONE, FAILED, about_file, at_least_one, fail, file
from playground.settings import experiment

if TYPE_CHECKING:
    from core.codegen import Export

TARGETS = ("pytorch", "keras", "numpy")


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `code`."""
    code = commands.add_parser(
        "code",
        help=tr("write an experiment as a script for PyTorch or NumPy"),
        description=tr(
            "Write an experiment as a Python script: data, network and training with every "
            "argument explicit. The script draws the same data and the same batches as "
            "this application, and writes the trained weights beside itself. Without --out "
            "it is printed. Exit status: 0 done, 1 failed, 2 bad input or an experiment "
            "that the target cannot have."
        ),
    )
    code.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help=tr("experiment (JSON) or saved model (.model); the default experiment without"),
    )
    code.add_argument(
        "--to",
        required=True,
        choices=TARGETS,
        help=tr(
            "what the script is written for; NumPy's gives this application's weights by itself"
        ),
    )
    code.add_argument(
        "--weights",
        choices=("none", "start", "trained"),
        default="none",
        help=tr(
            "write weights to an .npz file beside the script, which starts from them: the "
            "run's first ones, or the trained ones of a saved model"
        ),
    )
    code.add_argument(
        "--steps",
        type=at_least_one(tr("must be a number of steps, at least 1")),
        default=0,
        metavar="N",
        help=tr("train for N steps (else for epochs)"),
    )
    code.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="settings",
        help=tr("change a setting, as for `playground train`; may be repeated"),
    )
    code.add_argument(
        "--out", type=file, metavar="FILE", help=tr("the script to write, such as spiral.py")
    )
    code.set_defaults(run=_code)


def _code(options: argparse.Namespace) -> int:
    from core.codegen import CodeError, write
    from core.data import DataError
    from core.experiment.reading import SpecError

    try:
        exported = _exported(options)
        if options.out is None:
            if exported.arrays:
                return fail([tr("the script needs a file beside it: say where with --out FILE")])
            print(exported.script, end="")
            return DONE
        written = write(options.out.parent, exported)
    except SpecError as error:
        return fail(error.problems)
    except (CodeError, DataError) as error:
        return fail([str(error)])
    except OSError as error:
        return fail([about_file(error)], FAILED)
    script, *beside = written
    if beside:
        print(tr("written to {script} and {weights}", script=script, weights=beside[0]))
    else:
        print(tr("written to {folder}", folder=script))
    return DONE


def _exported(options: argparse.Namespace) -> Export:
    """Raises `CodeError`, `DataError`, `SpecError`, OSError."""
    from core.codegen import CodeError, Options, export, needs_weights, start_weights
    from core.training.model_file import SUFFIX, read_model

    model = None
    if options.file is not None and options.file.suffix == SUFFIX:
        model = read_model(options.file)
        if options.settings:
            raise CodeError(
                tr("--set: a saved model cannot be changed; give its experiment instead.")
            )
    spec = model.spec if model else experiment(options.file, options.settings)
    weights = None
    if options.weights == "trained":
        if model is None:
            raise CodeError(tr("--weights trained: needs a saved model (FILE.model)."))
        weights = model.tensors
    elif options.weights == "start" or needs_weights(spec):
        weights = start_weights(spec)
    name = options.out.stem if options.out else "experiment"
    if not is_unicode(name):
        raise CodeError(tr("--out: the script holds its name, which has to be Unicode text"))
    return export(spec, options.to, Options(name, options.steps), weights)
