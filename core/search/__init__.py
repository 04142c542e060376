"""Hyperparameter search: ranges of settings, trials in parallel, narrowed ranges, an honest table.

`SearchPlan` says what is searched, `study.Study` runs it and keeps it in a file, `executors` and
`cluster` say where, `summary` puts the results into words.
"""

from core.experiment.space import Range, SearchError, parse_range
from core.search.plan import SearchPlan
from core.search.trial import TrialRecord

__all__ = ["Range", "SearchError", "SearchPlan", "TrialRecord", "parse_range"]
