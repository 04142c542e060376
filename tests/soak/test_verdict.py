"""The storm's verdict finds what it is there for."""

import pytest

from tests.soak.processes import Sample
from tests.soak.verdict import complaints, problems


def samples(count=90, grow=0.0, delay: float | None = 0.02, more_descriptors=0):
    return [
        Sample(
            time=i,
            memory=250.0 + grow * i,
            own=160.0 + grow * i,
            threads=6,
            descriptors=20 + more_descriptors * i // count,
            children=2,
            children_memory=60.0,
            delay=delay,
        )
        for i in range(count)
    ]


def test_a_quiet_run_has_no_problem():
    assert problems(samples(), "Openbox-Message: no menu file\n") == []


@pytest.mark.parametrize(
    ("case", "errors", "word"),
    [
        (samples(grow=0.5), "", "memory grew"),
        (samples(grow=4.0), "", "more than 300"),
        (samples(more_descriptors=60), "", "descriptors grew"),
        (samples(delay=0.4), "", "took longer"),
        (samples(delay=None), "", "did not answer"),
        (samples(count=4), "", "only 4 samples"),
        (samples(), "Traceback (most recent call last):", "Traceback"),
        (samples(), "QPainter::begin: Paint device returned engine == 0", "QPainter"),
        (samples(), "qt.qpa.xcb: could not connect", "qt.qpa"),
    ],
)
def test_each_bar_is_seen_when_missed(case, errors, word):
    assert any(word in problem for problem in problems(case, errors))


def test_a_window_that_began_with_nothing_built_has_less_memory():
    assert problems(samples(grow=0.1), "") == []
    (problem,) = problems(samples(grow=0.1), "", built=False)
    assert "more than 250" in problem


def test_one_late_answer_is_the_machine_s():
    late = [*samples(count=89), *samples(count=1, delay=0.4)]
    assert problems(late, "") == []


def test_a_warning_that_comes_a_thousand_times_is_named_once():
    assert len(complaints("QFont::setPointSize: too small\n" * 1000)) == 1
