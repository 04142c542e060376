"""What the window knows of a search: every result, and the curves of the best trials."""

from dataclasses import replace

from core.search.job import SearchState, SearchUpdate
from core.search.presets import lecture
from core.search.summary import BEST
from core.search.trial import TrialRecord

PLAN = lecture()


def record(index: int, score: float) -> TrialRecord:
    return TrialRecord(index, 0, {}, score=score, validation_loss=(1.0, score))


def test_only_the_best_trials_keep_their_curves_in_whatever_order_they_come():
    records = [record(i, (i * 37 % 101) / 101) for i in range(101)]
    state = SearchState(plan=PLAN)
    for first in range(0, 101, 8):
        state = state.updated(SearchUpdate(tuple(records[first : first + 8])))
    assert [r.index for r in state.records] == list(range(101))
    assert [r.score for r in state.records] == [r.score for r in records]
    with_curves = [r for r in state.records if r.epochs]
    best = sorted(records, key=lambda r: -r.score)[:BEST]
    assert sorted(with_curves, key=lambda r: -r.score) == best


def test_the_losses_of_a_search_for_the_lowest_loss_are_those_that_stay():
    records = tuple(record(i, i / 100) for i in range(100))
    state = SearchState(plan=replace(PLAN, score="loss")).updated(SearchUpdate(records))
    assert [r.index for r in state.records if r.epochs] == list(range(BEST))
