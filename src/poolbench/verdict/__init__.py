"""Say what the numbers show and what they do not: arrays in, numbers out."""

from poolbench.verdict.counts import from_counts
from poolbench.verdict.decide import Question, decide
from poolbench.verdict.intervals import compute_interval
from poolbench.verdict.paired import Evidence
from poolbench.verdict.sentence import describe_verdict

__all__ = [
    "Evidence",
    "Question",
    "compute_interval",
    "decide",
    "describe_verdict",
    "from_counts",
]
