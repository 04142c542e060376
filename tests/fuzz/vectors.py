"""Command lines drawn from a seed: whole ones from the parsers' own options, and damaged ones."""

from __future__ import annotations

import argparse
import random
import string
from collections.abc import Iterator
from functools import cache

from core.lessons.paths import setting_paths
from playground import cli

# Records images of the gallery's cards in the application's own folder, as it should.
LEFT_OUT = (("gallery", "pictures"),)
SMALL = ["--set", "data.dataset.count=40"]
# Files of the working folder; see tests.fuzz.commands.
FILES = (
    *("whole.json", "whole.model", "whole.csv", "whole.npz", "whole.study", "whole.md"),
    *("cut.json", "cut.model", "cut.csv", "cut.npz", "cut.study", "cut.md", "empty.json"),
    *("empty.csv", "folder", "folder.json", "pipe", "dangling", "no-such-file", "private.json"),
    *("caf\udce9.csv", "caf\udce9.json", "picture.png", "results.txt", "other.csv"),
)
ODD = (
    *("", " ", "-", "--", "=", "\n", "a\nb", "\t", "\udcff", "é", "한글", "\x1b[31m", "%s", "%"),
    *(
        "{}",
        "{0}",
        "{name}",
        "x" * 300,
        "x/" * 3000,
        "~nouser",
        "~nouser/x.json",
        "http://[bad/",
        "://",
    ),
    *("http://", "file:///no/such/", "http://localhost:99999/", "playground:", "..", "/"),
    *(
        "/dev/null",
        "/dev/zero",
        "/dev/full",
        "/proc/self/mem",
        "/dev/stdin/x",
        "a,b",
        "'",
        '"',
        "\\",
        "*",
        "@x",
    ),
)
NUMBERS = (
    *("0", "1", "-1", "2", "3", "1e400", "-1e400", "nan", "inf", "-inf", "1e-400", "0.5", "-0.0"),
    *("9" * 19, "9" * 5000, "-" + "9" * 400, "0x10", "1_000", "²", "١", "1e3", "true", " 1", "1,5"),
)
JSON = (
    *("null", "true", "[]", "{}", "[[]]", "[1,2", '{"key": "x"}', '{"key": 1}', '"text"'),
    *(
        "[" * 3000,
        "[0]",
        "[-1]",
        "[1.5]",
        '["4"]',
        '[{"key":"dense","units":3}]',
        "[1e400]",
        '{"a":1,"a":2}',
    ),
    *("[4,4]", '{"key":"table","path":""}', '{"key":"table","path":"whole.csv"}', "relu", "tanh"),
    *("sgd", "adam", "circle", "spiral", "digits", "xor", "sin(x)"),
    '{"key":"formula","text":"x**"}',
)
RANGES = (
    *("log:1e-4..1e-1", "linear:0..0.5", "int:1..8", "choice:relu,tanh", "log:0..1", "log:1..0"),
    *("log:nan..nan", "int:0.5..3", "choice:", "choice:a", "linear:..", "log", "int:1..1e400", ":"),
)
SETTINGS = (
    *("network.activation=tanh", "network.hidden=[4,4]", "network.hidden=[]", "data.dataset=xor"),
    *("training.optimizer=adam", "training.optimizer.learning_rate=100", "data.validation=0"),
    *("training.patience=2", "data.dataset=formula", "network.dropout=0.5", "seed=3"),
)
VARIED = (
    *("training.optimizer.learning_rate=log:1e-4..1e-1", "network.activation=choice:relu,tanh"),
    *("network.hidden[0].units=int:2..4", "network.dropout=linear:0..0.5"),
)
# How likely a command is; 1 where it is not named.
WEIGHTS = {"train": 6, "search": 6, "predict": 4, "code": 4, "data": 2}
# The most likely value of an option, for vectors that are accepted.
USUAL = {
    "data": ("whole.csv", "whole.npz"),
    "target": ("y",),
    "inputs": ("x", "x,z"),
    "exclude": ("z",),
    "epochs": ("0", "1", "2"),
    "trials": ("1", "2"),
    "narrow": ("0", "1"),
    "seeds": ("1", "2"),
    "jobs": ("1", "2"),
    "seed": ("0", "7"),
    "minutes": ("0.001",),
    "study": ("whole.study", "new.study"),
    "out": ("out", "deep/er/out", "script.py"),
    "steps": ("1", "20"),
    "origin": ("folder", "file:///no/such/"),
    "cluster": ("",),
    "file": ("whole.json",),
    "files": ("whole.md", "cut.md"),
    "lesson": ("01-gradient-descent", "whole.md"),
    "model": ("whole.model",),
    "table": ("whole.csv",),
    "names": ("two_layer", "no_such_name"),
}


@cache
def commands() -> dict[tuple[str, ...], argparse.ArgumentParser]:
    """The parser of every command and action."""
    return dict(_leaves(cli._parser(), ()))


def _leaves(
    parser: argparse.ArgumentParser, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below and words not in LEFT_OUT:
        yield words, parser
    for actions in below:
        for name, each in actions.choices.items():
            yield from _leaves(each, (*words, name))


def vector(chance: random.Random) -> list[str]:
    """The arguments of one call."""
    if chance.random() < 0.03:
        return [_odd(chance) for _ in range(chance.randrange(4))]
    likely = [WEIGHTS.get(words[0], 1) for words in commands()]
    ((words, parser),) = chance.choices(list(commands().items()), likely)
    arguments = list(words)
    usual = chance.choice((0.5, 0.8, 0.95))
    for action in parser._actions:
        arguments += _given(action, usual, chance)
    if words == ("train",) and chance.random() < 0.8:
        arguments += SMALL
    if chance.random() < 0.3:
        arguments = _damaged(arguments, chance)
    return [argument.replace("\0", "") for argument in arguments]


def _given(action: argparse.Action, usual: float, chance: random.Random) -> list[str]:
    """An option or argument with its value, or nothing."""
    if isinstance(action, (argparse._HelpAction, argparse._VersionAction)):
        return [action.option_strings[-1]] if chance.random() < 0.01 else []
    if not action.option_strings:
        given = action.nargs != "?" or chance.random() < 0.6
        return [_value(action, usual, chance)] if given else []
    most = 3 if isinstance(action, argparse._AppendAction) else 1
    # A run that nothing else limits would take until it is interrupted.
    likely = action.required or action.dest in ("epochs", "trials", "minutes")
    times = chance.randint(1, most) if chance.random() < (0.9 if likely else 0.3) else 0
    name = action.option_strings[-1]
    return [
        word
        for _ in range(times)
        for word in ([name] if action.nargs == 0 else [name, _value(action, usual, chance)])
    ]


def _value(action: argparse.Action, usual: float, chance: random.Random) -> str:
    if action.dest == "settings":
        if chance.random() < usual:
            return chance.choice(SETTINGS)
        return f"{_path(chance)}={chance.choice((*JSON, *NUMBERS, *ODD))}"
    if action.dest == "vary":
        if chance.random() < usual:
            return chance.choice(VARIED)
        return f"{_path(chance)}={chance.choice(RANGES)}"
    if chance.random() < usual:
        known = tuple(action.choices or ()) or USUAL.get(action.dest, ())
        if known:
            return chance.choice(known)
    return _odd(chance)


def _odd(chance: random.Random) -> str:
    return chance.choice(chance.choice((ODD, NUMBERS, JSON, FILES, FILES)))


def _path(chance: random.Random) -> str:
    """The path of a setting, sometimes misspelled."""
    path = chance.choice(sorted(setting_paths()))
    match chance.randrange(8):
        case 0:
            return _misspelled(path, chance)
        case 1:
            return chance.choice((path + ".x", path + "[0]", path + "[-1]", "." + path, path[::-1]))
        case 2:
            return chance.choice(ODD)
    return path


def _misspelled(word: str, chance: random.Random) -> str:
    letters = list(word)
    for _ in range(chance.randint(1, 3)):
        i = chance.randrange(len(letters) + 1)
        letter = chance.choice(("", "[", "]", ".", *string.ascii_letters))
        letters[i : i + chance.randrange(3)] = letter
    return "".join(letters)


def _damaged(arguments: list[str], chance: random.Random) -> list[str]:
    """The arguments with one to three changes."""
    for _ in range(chance.randint(1, 3)):
        i = chance.randrange(len(arguments) + 1)
        match chance.randrange(5):
            case 0:
                del arguments[i : i + 1]
            case 1:
                arguments.insert(i, _odd(chance))
            case 2:
                arguments[i:i] = arguments[i : i + 2]
            case 3:
                chance.shuffle(arguments)
            case _ if i < len(arguments):
                arguments[i] = _misspelled(arguments[i], chance)
            case _:
                arguments.append(_odd(chance))
    return arguments
