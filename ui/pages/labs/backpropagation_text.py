"""The texts that lab 3 reads and writes: numbers, samples, and the step to come in words."""

from __future__ import annotations

from html import escape

from core.base.translation import Message, tr
from core.studies.backpropagation import Trace
from core.studies.base import StudyError
from core.studies.hand_network import figure, name
from ui.theme import current
from ui.widgets.numbers import shown

Matrix = tuple[tuple[float, ...], ...]


def next_text(ran: Trace, at: int, hide: bool) -> str:
    """The step to come: what it is, with symbols, and with numbers unless it is to be guessed."""
    step, colors = ran.steps[at], current()
    target = escape(tr(name(step.key, ran.network)))
    to_come = tr("Next: {target}", target=target)
    head = f"<p><b>{to_come}</b>, {escape(tr(step.about))} ({tr(step.phase)})"
    lines = [f"{target} = {escape(tr(step.symbols))}"]
    if not hide:
        lines.append(f"&nbsp;&nbsp;= {escape(tr(step.numbers))} = <b>{figure(step.value)}</b>")
    reused = ran.reused(at)
    if reused:
        names = ", ".join(escape(name(key, ran.network)) for key in reused)
        again = tr("{names} is used again: no new work.", names=names)
        lines.append(f"<span style='color:{colors.warning}'>{again}</span>")
    if step.key.kind == "da" and len(step.terms) > 1:
        lines.append(tr("The unit feeds several others: their messages are added."))
    return f"{head}<br>{'<br>'.join(lines)}</p>"


def numbers(text: str) -> tuple[float, ...]:
    words = [word for word in text.replace("−", "-").replace(",", " ").split() if word]
    try:
        return tuple(float(word) for word in words)
    except ValueError:
        raise StudyError(Message("“{text}” is not a list of numbers.", text=text.strip())) from None


def matrix(text: str) -> Matrix:
    rows = tuple(numbers(line) for line in text.split(";") if line.strip())
    if not rows or len({len(r) for r in rows}) != 1 or not rows[0]:
        raise StudyError(
            Message("Every unit needs the same number of weights; separate units by semicolons.")
        )
    return rows


def samples_of(text: str) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]:
    samples = []
    for line in filter(str.strip, text.split(";")):
        inputs, arrow, targets = line.replace("->", "→").partition("→")
        if not arrow:
            raise StudyError(
                Message(
                    "“{text}” has no arrow: write inputs → targets, like 1, 1 → 1.",
                    text=line.strip(),
                )
            )
        samples.append((numbers(inputs), numbers(targets)))
    if not samples:
        raise StudyError(Message("Type at least one sample, like 1, 1 → 1."))
    return tuple(samples)


def arrow(x: tuple[float, ...], y: tuple[float, ...]) -> str:
    """A sample as it is typed, with every digit its numbers have."""
    return f"{', '.join(map(shown, x))} → {', '.join(map(shown, y))}"
