"""How many trainings does a verdict take on real pictures, by these rules and those of 0.1.0?

    python -m benchmarks.verdict.real_trainings --data-file cifar-100-python.tar.gz [--operators …]
        [--classes 0,33,43] [--backbone lab] [--repeats 24] [--out RUN] [--short]

Trains one study of so many repeats (recipe ``quick``, 5 folds), which is then
judged look by look as if it had stopped there: by the present rules, with looks up to 24 and up to
6 repeats, and by those of version 0.1.0. The same trainings are behind all of them.

Adds one row for each rule to benchmarks/results/verdict/real_trainings.csv.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

import poolbench
from benchmarks import machine
from benchmarks.verdict.simulated import (
    RESULTS,
    Answer,
    judge_before,
    judge_race,
    make_question,
)
from poolbench.records import PlanRecord
from poolbench.results.collect import collect_outcomes
from poolbench.rundir.store import RunStore
from poolbench.verdict.looks import LOOKS

OPERATORS = "stride,max,avg"
COLUMNS = (
    "classes", "backbone", "operators", "rules", "kind", "winner", "repeats", "trainings",
    "given_up", "points",
)  # fmt: skip


class Trained:
    """A study that is there as a whole; as ``simulated.Study``, to be judged in parts."""

    def __init__(self, path: Path) -> None:
        store = RunStore(path)
        trials = store.load_model("plan.json", PlanRecord).trials
        by_variant: dict[str, list] = {}
        for trial in trials:
            spec = store.load_trial(trial).spec
            by_variant.setdefault(spec.variant.operator, []).append(spec)
        found = [collect_outcomes(store, specs) for specs in by_variant.values()]
        self.names = tuple(by_variant)
        self.correct = np.stack([outcomes.correct for outcomes in found])
        self.fold = found[0].fold

    @property
    def variants(self) -> int:
        """Number of variants."""
        return len(self.names)

    def take(self, repeats: int) -> tuple[np.ndarray, np.ndarray]:
        """Return bool ``[V, R, n]`` and int64 ``[R, n]`` of the first repeats."""
        return self.correct[:, :repeats], self.fold[:repeats]


def main() -> None:
    """Train, judge and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", type=Path)
    parser.add_argument("--classes", default="0,33,43")
    parser.add_argument("--operators", default=OPERATORS)
    parser.add_argument("--backbone", default="lab")
    parser.add_argument("--repeats", type=int, default=LOOKS[-1])
    parser.add_argument("--out", type=Path, required=True)
    machine.add_short(parser)
    arguments = parser.parse_args()
    source = {"source": "sample"}
    if not arguments.short:
        source = {"source": "cifar100", "data_file": arguments.data_file}
        source["classes"] = arguments.classes
    poolbench.compare(
        **source,
        operators=arguments.operators,
        backbones=arguments.backbone,
        repeats=2 if arguments.short else arguments.repeats,
        epochs=1 if arguments.short else None,
        out=arguments.out,
        precision="float32" if arguments.short else "auto",
    )
    study = Trained(arguments.out)
    looks = tuple(look for look in LOOKS if look <= len(study.fold))
    question = make_question(study.variants)
    rules = {
        "0.1.0": judge_before(study, question, looks),
        "auto": judge_race(study, question, looks),
        "auto-6": judge_race(study, question, looks[:3]),
    }
    rows = [make_row(arguments, study, name, answer) for name, answer in rules.items()]
    for row in rows:
        print(*row)
    if not arguments.short:
        add_rows(RESULTS / "real_trainings.csv", rows)


def make_row(
    arguments: argparse.Namespace, study: Trained, rules: str, answer: Answer
) -> tuple[object, ...]:
    """Return what one set of rules said."""
    winner = "" if answer.winner is None else study.names[int(answer.winner[1:])]
    points = "" if answer.points is None else round(answer.points, 3)
    return (
        arguments.classes, arguments.backbone, arguments.operators, rules, answer.kind, winner,
        answer.repeats, answer.trials, answer.is_futile, points,
    )  # fmt: skip


def add_rows(path: Path, rows: list[tuple[object, ...]]) -> None:
    """Add rows to a table that may be there."""
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([COLUMNS, *rows] if is_new else rows)


if __name__ == "__main__":
    main()
