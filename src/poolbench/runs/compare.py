"""Compare two runs: what was asked for, the pictures, the versions, and what came out.

Accuracies are compared with an interval where the trials are paired: the same pictures, held out in
the same folds of the same repeats. Elsewhere there is none, and the reason is told.
"""

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from poolbench.config import Metric
from poolbench.errors import RunError
from poolbench.files import parse_json
from poolbench.records import DataRecord, StudyRecord, TrialRecord, VerdictRecord
from poolbench.results.collect import Outcomes, compute_metric, join_trials
from poolbench.rundir.files import MOST_TEXT_BYTES
from poolbench.rundir.store import RunStore
from poolbench.verdict.paired import Evidence, Levels, compute_differences, compute_weights

# Why accuracies cannot be paired: other pictures, another protocol, other splits, or one of the
# studies has no verdict yet.
Reason = Literal["pictures", "protocol", "splits", "unfinished", "no-variant"]


@dataclass(frozen=True)
class Change:
    """One value that differs; ``None`` where a run lacks it."""

    name: str
    first: Any
    second: Any


@dataclass(frozen=True)
class VariantChange:
    """A variant of each run, and the difference of their accuracies.

    Attributes:
        first, second: Their ids in the two runs.
        first_accuracy, second_accuracy: Over the trials that are compared, 0-1.
        is_same: Whether both are the very same trainings.
        points: Second minus first in points, over shared repeats; ``None``, as ``low`` and
            ``high``: they are not paired.
        low, high: 95 % interval; those of all pairs of variants hold together.
        repeats: Repeats that both have.
    """

    first: str
    second: str
    first_accuracy: float
    second_accuracy: float
    is_same: bool = False
    points: float | None = None
    low: float | None = None
    high: float | None = None
    repeats: int | None = None


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    Attributes:
        pictures: Differences of the image sets; empty: they are the same pictures.
        settings: Those of ``config.toml``, and of recipes of the same name.
        versions: Those of poolbench, libraries and machine.
        only_first, only_second: Variants that the other run has nothing to compare with.
        metric: What accuracy is here; plain where the two verdicts differ in it.
        unpaired: Why there are no intervals; ``None``: there are.
    """

    first: Path
    second: Path
    pictures: tuple[Change, ...]
    settings: tuple[Change, ...]
    versions: tuple[Change, ...]
    variants: tuple[VariantChange, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    metric: Metric
    unpaired: Reason | None

    def dump(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**asdict(self), "first": str(self.first), "second": str(self.second)}


@dataclass(frozen=True)
class _Side:
    """One of the two runs, as far as it goes."""

    store: RunStore
    data: DataRecord
    verdict: VerdictRecord | None
    trials: dict[str, list[TrialRecord]]

    @property
    def recipes(self) -> dict[str, Any]:
        """The recipes of all variants, by name."""
        found = [records[0].spec.variant.recipe for records in self.trials.values()]
        return {recipe.name: recipe.model_dump(mode="json", exclude={"name"}) for recipe in found}


def compare_runs(first: Path, second: Path) -> Comparison:
    """Compare two runs; they need not be finished.

    Raises:
        RunError: If one is no run, or holds a broken file.
    """
    one, other = _read_side(first), _read_side(second)
    pictures = _list_changes(_describe_pictures(one.data), _describe_pictures(other.data))
    pairs = _match(one, other)
    unpaired = _find_reason(one, other, pairs)
    metrics = {side.verdict.metric for side in (one, other) if side.verdict is not None}
    metric: Metric = metrics.pop() if len(metrics) == 1 else "accuracy"
    levels = None
    if unpaired is None and one.verdict is not None:
        levels = Levels(one.verdict.margin_points, len(pairs))
    try:
        variants = [_compare_variant(one, other, pair, metric, levels) for pair in pairs]
    except _OtherFoldsError:
        unpaired = "splits"
        variants = [_compare_variant(one, other, pair, metric, None) for pair in pairs]
    return Comparison(
        first=first,
        second=second,
        pictures=pictures,
        settings=_list_changes(*_describe_settings(one, other)),
        versions=_list_changes(_read_environment(one.store), _read_environment(other.store)),
        variants=tuple(variants),
        only_first=_list_others(one, other, {first for first, _ in pairs}),
        only_second=_list_others(other, one, {second for _, second in pairs}),
        metric=metric,
        unpaired=unpaired,
    )


def _read_side(path: Path) -> _Side:
    store = RunStore(path)
    data = store.load_model("data.json", DataRecord)
    trials: dict[str, list[TrialRecord]] = {}
    verdict = None
    if store.has("study.json"):
        verdict = store.load_model("verdict.json", VerdictRecord)
        for trial in store.load_model("study.json", StudyRecord).trials:
            record = store.load_trial(trial)
            trials.setdefault(record.spec.variant.id, []).append(record)
    return _Side(store, data, verdict, trials)


def _describe_pictures(data: DataRecord) -> dict[str, Any]:
    height, width = data.image_size
    counts = zip(data.pool_counts, data.test_counts, strict=True)
    return {
        "source": data.source,
        "classes": list(data.classes),
        "size": f"{height}x{width}",
        "fit": data.fit,
        "pictures": sum(data.pool_counts) + sum(data.test_counts),
        **{
            f"pictures.{name}": f"{pool} + {test}"
            for name, (pool, test) in zip(data.classes, counts, strict=True)
        },
        "sha256": data.manifest_hash,
    }


def _describe_settings(*sides: _Side) -> list[dict[str, Any]]:
    """Describe what was asked for; of recipes what can be compared, by name or as the only one."""
    recipes = [side.recipes for side in sides]
    if all(len(found) == 1 for found in recipes):
        recipes = [{"recipe": next(iter(found.values()))} for found in recipes]
    else:
        shared = set.intersection(*(set(found) for found in recipes))
        recipes = [{"recipe": {n: found[n] for n in sorted(shared)}} for found in recipes]
    return [
        _flatten(side.store.load_config().model_dump(mode="json", exclude={"own_recipes"}) | found)
        for side, found in zip(sides, recipes, strict=True)
    ]


def _read_environment(store: RunStore) -> dict[str, Any]:
    if not store.has("environment.json"):
        return {}
    try:
        found = parse_json(store.read("environment.json", MOST_TEXT_BYTES))
    except (OSError, ValueError) as error:
        path = store.path / "environment.json"
        raise RunError("runs.unreadable", path=path, reason=error) from None
    return _flatten(found) if isinstance(found, dict) else {}


def _flatten(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Flatten tables in tables: ``data.source``."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _list_changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> tuple[Change, ...]:
    names = dict.fromkeys([*first, *second])
    pairs = [Change(name, first.get(name), second.get(name)) for name in names]
    return tuple(change for change in pairs if change.first != change.second)


def _match(one: _Side, other: _Side) -> list[tuple[str, str]]:
    """Match variants of one id; then those whose operator each run has in one other variant."""
    pairs = [(name, name) for name in one.trials if name in other.trials]
    taken = {name for name, _ in pairs}
    left, right = (
        _group_by_operator(
            {name: records for name, records in side.trials.items() if name not in taken}
        )
        for side in (one, other)
    )
    for operator, names in left.items():
        others = right.get(operator, [])
        if len(names) == len(others) == 1:
            pairs.append((names[0], others[0]))
    return pairs


def _list_others(side: _Side, opposite: _Side, matched: Collection[str]) -> tuple[str, ...]:
    """List variants without a counterpart; of an unfinished study nothing is missed."""
    if opposite.verdict is None:
        return ()
    return tuple(name for name in side.trials if name not in matched)


def _group_by_operator(trials: Mapping[str, list[TrialRecord]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, records in trials.items():
        found.setdefault(records[0].spec.variant.operator, []).append(name)
    return found


def _find_reason(one: _Side, other: _Side, pairs: list[tuple[str, str]]) -> Reason | None:
    if one.data.manifest_hash != other.data.manifest_hash:
        return "pictures"
    if one.verdict is None or other.verdict is None:
        return "unfinished"
    if one.verdict.protocol != other.verdict.protocol:
        return "protocol"
    return None if pairs else "no-variant"


@dataclass(frozen=True)
class _Answers:
    """What the trials of one variant said of held-out pictures.

    Attributes:
        labels: int64 ``[n]``: the true class of each picture.
    """

    labels: NDArray[np.int64]
    outcomes: Outcomes

    def average(self, metric: Metric, repeats: int | None = None) -> float:
        """Return the accuracy, 0-1, over the first so many repeats; ``None``: over all."""
        return compute_metric(self.outcomes.correct[:repeats], self.labels, metric)


def _compare_variant(
    one: _Side, other: _Side, pair: tuple[str, str], metric: Metric, levels: Levels | None
) -> VariantChange:
    """Compare two variants; ``levels``: what an interval is drawn by, ``None``: there is none.

    Raises:
        _OtherFoldsError: If an interval is wanted, and they held out other pictures.
    """
    before, after = _collect(one, pair[0]), _collect(other, pair[1])
    ids = [{record.id for record in found.outcomes.records} for found in (before, after)]
    if ids[0] == ids[1]:
        mean = before.average(metric)
        count = len(before.outcomes.fold)
        return VariantChange(*pair, mean, mean, is_same=True, points=0.0, repeats=count)
    if levels is None:
        return VariantChange(*pair, before.average(metric), after.average(metric))
    evidence = _make_evidence(before, after, metric, _read_groups(one, len(before.labels)))
    found = compute_differences(evidence, ("second", "first"), [(0, 1)], levels)[0]
    repeats = evidence.repeats
    return VariantChange(
        *pair,
        before.average(metric, repeats),
        after.average(metric, repeats),
        points=found.points,
        low=found.low,
        high=found.high,
        repeats=repeats,
    )


class _OtherFoldsError(Exception):
    """Trials that should share their folds held out other pictures."""


def _make_evidence(
    before: _Answers, after: _Answers, metric: Metric, groups: NDArray[np.int64] | None
) -> Evidence:
    """Make the evidence of the second variant and the first, over the repeats that both have.

    Raises:
        _OtherFoldsError: If they held out other pictures in the same trial.
    """
    rows = [found.outcomes for found in (after, before)]
    repeats = min(len(row.fold) for row in rows)
    folds = [row.fold[:repeats] for row in rows]
    if not np.array_equal(folds[0], folds[1]):
        raise _OtherFoldsError
    return Evidence(
        correct=np.stack([row.correct[:repeats] for row in rows]),
        fold=folds[0],
        weights=compute_weights(before.labels) if metric == "balanced-accuracy" else None,
        groups=groups,
    )


def _collect(side: _Side, name: str) -> _Answers:
    records = side.trials[name]
    trials = [(record, side.store.load_arrays(record.id, "predictions")) for record in records]
    outcomes = join_trials(trials)
    labels = np.zeros(outcomes.fold.shape[1], dtype=np.int64)
    for _, arrays in trials:
        labels[arrays["index"]] = arrays["labels"]
    return _Answers(labels, outcomes)


def _read_groups(side: _Side, count: int) -> NDArray[np.int64] | None:
    """Read which pictures belong together from ``split.csv``; ``None``: each stands alone."""
    store = side.store
    if not store.has("split.csv"):
        # A run of before that table.
        return None
    try:
        text = store.read_text("split.csv")
    except (OSError, UnicodeDecodeError) as error:
        raise RunError("runs.unreadable", path=store.path / "split.csv", reason=error) from None
    half = "pool" if side.verdict is not None and side.verdict.protocol == "cv" else "test"
    table = csv.DictReader(io.StringIO(text, newline=""))
    groups = np.array([row.get("group") or "" for row in table if row.get("half") == half])
    if len(groups) != count or "" in groups:
        return None
    numbers: NDArray[np.int64] = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    return numbers
