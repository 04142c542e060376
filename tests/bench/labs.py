"""The labs' speed: the optimizer race, its rate sweep, and frames per second of its replay."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from tests.bench.window import virtual_display

ROUNDS = 7
RACERS, RACE_STEPS, SWEEP_STEPS, RATES = 10, 1000, 200, 60
SURFACE, START = "himmelblau", (-0.2, -0.9)
REPLAYED = 600


def median(act: Callable[[], object]) -> float:
    """The median time of several calls after one that does not count, in milliseconds."""
    act()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def computing() -> None:
    """Ten elementwise rules on one surface; the bars are 50 ms and 1 s."""
    from core.catalogue.optimizers import OPTIMIZERS
    from core.catalogue.surfaces import SURFACES
    from core.studies.optimizer_race import race, racers, sweep, sweep_rates

    keys = [key for key in OPTIMIZERS if key != "lbfgs"][:RACERS]
    surface, contestants = SURFACES[SURFACE](), racers(keys, 0.01)
    took = median(lambda: race(surface, contestants, [START], RACE_STEPS))
    print(f"race of {len(keys)} optimizers, {RACE_STEPS:,} steps: {took:.1f} ms")
    rates = sweep_rates(count=RATES)
    took = median(lambda: sweep(surface, contestants, START, SWEEP_STEPS, rates))
    print(f"sweep of {len(keys)} optimizers, {RATES} rates, {SWEEP_STEPS} steps: {took:.0f} ms")


def replaying() -> None:
    """Every step of a race with all optimizers painted, in a window of 1440×900; the bar is 60."""
    from playground.process import make_application

    application = make_application()
    from core.experiment.spec import ExperimentSpec
    from ui.main_window import MainWindow
    from ui.pages.labs.optimizer_race import OptimizerRacePage
    from ui.pages.labs.page import LabsPage
    from ui.pages.labs.racers_form import KEYS
    from ui.session.session import Session

    session = Session(ExperimentSpec())
    window = MainWindow(session, "light", remember=False)
    window.resize(1440, 900)
    window.show()
    window.show_page("labs")
    labs = window.page("labs")
    assert isinstance(labs, LabsPage)
    labs.open("optimizer_race")
    page = labs.lab
    assert isinstance(page, OptimizerRacePage)
    page.edit(surface=SURFACE, starts=(START,), racers=KEYS, steps=REPLAYED)
    deadline = time.perf_counter() + 60
    while not (page.curve_view.columns and page.sweep_view.columns):
        application.processEvents()
        assert time.perf_counter() < deadline
    times = []
    for at in range(REPLAYED + 1):
        began = time.perf_counter()
        page.transport.go(at)
        application.processEvents()
        times.append(time.perf_counter() - began)
    worst = 1000 * max(times[10:])
    print(
        f"replay of {len(KEYS)} optimizers: {len(times) / sum(times):.0f} frames/s, "
        f"median {1000 * statistics.median(times):.1f} ms, worst {worst:.1f} ms"
    )
    window.close()


def main() -> None:
    print(f"Labs: optimizer race on {SURFACE}, median of {ROUNDS}", flush=True)
    computing()
    sys.stdout.flush()
    with virtual_display():
        subprocess.run([sys.executable, "-m", "tests.bench.labs", "replay"], check=True)


if __name__ == "__main__":
    replaying()
