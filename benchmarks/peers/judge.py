"""What the repeats of compare.py say together: medians, and whether all reach the same accuracy."""

import math
import os
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers.problem import Measurement

REFERENCE = ("torch", "eager-float32-contiguous")
# Differences of less are not looked for.
LEAST_TOLERANCE = 0.02
# Chance that any peer is called different although all are equal.
ACCEPTED_ERROR = 0.01
CLOCKS = (
    "import_seconds",
    "first_epoch_seconds",
    "steady_epoch_seconds",
    "study_seconds",
    "process_seconds",
)


class Repeat(NamedTuple):
    """One process, as the parent saw it.

    Attributes:
        process_seconds: From its start to its end, reading pictures and evaluation included.
        others_cores: How many cores were busy with something else meanwhile, on average; ``None``
            where the system does not tell.
    """

    repeat: int
    measurement: Measurement
    process_seconds: float
    others_cores: float | None


class OthersClock:
    """What a machine does beside the processes that this one starts and waits for."""

    def __init__(self) -> None:
        self._before = self._read_busy()

    def read(self, seconds: float) -> float | None:
        """Cores that were busy with something else since, on average over ``seconds``."""
        now = self._read_busy()
        if now is None or self._before is None:
            return None
        return max(0.0, (now - self._before) / seconds)

    def _read_busy(self) -> float | None:
        try:
            import resource

            first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
        except (ImportError, OSError):
            return None
        user, nice, system, _, _, *interrupts = map(int, first.split()[1:9])
        busy = (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
        own = [
            usage.ru_utime + usage.ru_stime
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
            for usage in [resource.getrusage(who)]
        ]
        return busy - sum(own)


def summarize(repeats: Iterable[Repeat]) -> list[dict[str, Any]]:
    """Median, least and most of every clock, for each peer, setting and network."""
    rows = []
    for (network, peer, setting), group in sorted(_group(repeats).items()):
        row: dict[str, Any] = {"network": network, "peer": peer, "setting": setting}
        for clock in CLOCKS:
            values = [_get_clock(repeat, clock) for repeat in group]
            row[clock] = {
                "median": statistics.median(values),
                "least": min(values),
                "most": max(values),
            }
        accuracies = _list_accuracies(group)
        row["mean_accuracy"] = statistics.mean(accuracies)
        row["trainings"] = len(accuracies)
        rows.append(row)
    return rows


def check_accuracies(repeats: Sequence[Repeat]) -> list[dict[str, Any]]:
    """Each mean accuracy against that of ``REFERENCE`` on the same network.

    The tolerance is 2 points, or as many standard errors of the difference as leave a chance of
    1 % that any of all the comparisons is outside by accident. The deviation between trainings is
    pooled over the settings of a network. ``is_same`` is ``None`` where there is no reference, or
    no deviation to be had from single trainings.
    """
    groups = {key: _list_accuracies(group) for key, group in _group(repeats).items()}
    compared = [key for key in sorted(groups) if key[1:] != REFERENCE]
    rows = []
    for key in compared:
        network, peer, setting = key
        same = [values for (other, *_), values in groups.items() if other == network]
        reference = groups.get((network, *REFERENCE))
        row: dict[str, Any] = {"network": network, "peer": peer, "setting": setting}
        row |= {"difference": None, "tolerance": None, "is_same": None}
        if reference:
            row["difference"] = statistics.mean(groups[key]) - statistics.mean(reference)
            tolerance = compute_tolerance(same, len(groups[key]), len(reference), len(compared))
            if tolerance is not None:
                row["tolerance"] = tolerance
                row["is_same"] = abs(row["difference"]) <= tolerance
        rows.append(row)
    return rows


def compute_tolerance(
    groups: Sequence[Sequence[float]], count: int, reference_count: int, comparisons: int
) -> float | None:
    """See ``check_accuracies``; ``count`` trainings against ``reference_count``."""
    # Here, because a process that measures imports this file too.
    from scipy import stats

    freedom = sum(len(values) - 1 for values in groups)
    if freedom == 0:
        return None
    squares = sum(statistics.pvariance(values) * len(values) for values in groups)
    standard_error = math.sqrt(squares / freedom * (1 / count + 1 / reference_count))
    errors = float(stats.t.ppf(1 - ACCEPTED_ERROR / comparisons / 2, freedom))
    return max(LEAST_TOLERANCE, errors * standard_error)


def format_table(summary: Sequence[dict[str, Any]]) -> str:
    """Medians, the shortest study first."""
    lines = [f"{'':60s}  import   first  steady   study  accuracy"]
    for row in sorted(summary, key=lambda row: (row["network"], row["study_seconds"]["median"])):
        name = f"{row['network']:7s}{row['peer']:11s}{row['setting']}"
        seconds = "".join(f"{row[clock]['median']:8.2f}" for clock in CLOCKS[:4])
        lines.append(f"{name:60s}{seconds}{100 * row['mean_accuracy']:10.1f}")
    return "\n".join(lines)


def _group(repeats: Iterable[Repeat]) -> dict[tuple[str, str, str], list[Repeat]]:
    groups = defaultdict(list)
    for repeat in repeats:
        found = repeat.measurement
        groups[found.network, found.peer, found.setting].append(repeat)
    return groups


def _list_accuracies(group: Iterable[Repeat]) -> list[float]:
    return [value for repeat in group for value in repeat.measurement.accuracies]


def _get_clock(repeat: Repeat, clock: str) -> float:
    return (
        repeat.process_seconds if clock == "process_seconds" else getattr(repeat.measurement, clock)
    )
