"""Study ``quick`` of docs/lab.md under the verdict's present rules, from what was kept of it.

    python -m benchmarks.lab.rejudge

Its six repeats were trained and judged before comparisons were made with the best; what is kept are
the accuracies of its trials and its intervals. The part of the variance that shows between trials
follows from the first, the part of the pictures from the 95 % intervals, and the 90 % intervals,
which are not used, say whether that is right. Writes benchmarks/results/quick/rejudged.csv.
"""

import argparse
import csv
import json
from dataclasses import replace

import numpy as np
from scipy import optimize

from benchmarks import machine
from poolbench.verdict.components import POOL_SHARE, Components
from poolbench.verdict.intervals import compute_half_width
from poolbench.verdict.paired import (
    Levels,
    adjust_holm,
    describe_points,
    stack_components,
)

PLACE = machine.MEASURED / "quick"


def main() -> None:
    """Print and write one row for each pair."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    machine.add_short(parser)
    parser.parse_args()
    trials = read_trials()
    found = json.loads((PLACE / "verdict.json").read_text(encoding="utf-8"))
    pairs = found["differences"]
    parts = [recover_parts(pair, trials, found["pictures"]) for pair in pairs]
    for pair, part in zip(pairs, parts, strict=True):
        stored = (pair["tie_high"] - pair["tie_low"]) / 2
        off = float(compute_half_width(part, 0.90)) / stored - 1
        print(f"{pair['first']} - {pair['second']}: 90 % interval off by {off:.1e} of its width")
    parts = [add_pool_share(part, found) for part in parts]
    levels = Levels(found["margin_points"], rivals=2)
    rows = describe_points(stack_components(parts), levels, found["repeats"], found["pictures"])
    adjusted = adjust_holm(np.array([row["p_value"] for row in rows]))
    for row, p_value in zip(rows, adjusted, strict=True):
        row["p_adjusted"] = p_value
    target = machine.RESULTS / "quick"
    target.mkdir(parents=True, exist_ok=True)
    with (target / "rejudged.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["first", "second", *rows[0]])
        for pair, row in zip(pairs, rows, strict=True):
            values = [f"{value:.4g}" for value in row.values()]
            writer.writerow([pair["first"], pair["second"], *values])
            print(pair["first"], pair["second"], dict(zip(row, values, strict=True)))


def add_pool_share(parts: Components, found: dict) -> Components:
    """Return the parts with what one pool hides, which the stored intervals did not know of."""
    count = found["repeats"] * found["folds"]
    hidden = (1 - 1 / found["repeats"]) * count / (count - 1)
    return replace(parts, pictures=parts.pictures * (hidden + POOL_SHARE) / hidden)


def read_trials() -> dict[str, dict[tuple[str, str], float]]:
    """Accuracy in points by variant, repeat and fold; folds are of one size."""
    trials: dict[str, dict[tuple[str, str], float]] = {}
    with (PLACE / "trials.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = trials.setdefault(row["variant"], {})
            place[row["repeat"], row["fold"]] = 100 * float(row["accuracy"])
    return trials


def recover_parts(
    pair: dict, trials: dict[str, dict[tuple[str, str], float]], pictures: int
) -> Components:
    """The variance components that the stored 95 % interval of a pair was made of."""
    first, second = trials[pair["first"]], trials[pair["second"]]
    differences = np.array([first[key] - second[key] for key in first])
    between = differences.var(ddof=1) / len(differences)
    reach = (pair["high"] - pair["low"]) / 2

    def make(shared: float) -> Components:
        none = np.zeros(())
        return Components(
            mean=np.asarray(pair["points"]),
            trials=np.asarray(between),
            freedom=len(differences) - 1,
            pictures=np.asarray(shared),
            picture_freedom=pictures - 1,
            units=pictures,
            shared=none,
            residual=none,
        )

    shared = optimize.brentq(lambda x: float(compute_half_width(make(x), 0.95)) - reach, 0, 10)
    return make(shared)


if __name__ == "__main__":
    main()
