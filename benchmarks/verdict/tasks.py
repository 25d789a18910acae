"""The known-answer tasks: with the probe, many times, and once with a whole network.

    python -m benchmarks.verdict.tasks probe [--repetitions 40] [--processes 2]
    python -m benchmarks.verdict.tasks network [--runs FOLDER] [--epochs 10]

``probe``: every repetition of every task judged as ``poolbench calibrate --thorough`` does; writes
benchmarks/results/verdict/tasks_probe.csv, one row for each pair, with the accuracies (or
consistencies) and how often the expected order was found.

``network``: ``poolbench run`` with backbone ``lab-example`` and recipe ``quick`` on each task, for
information only: convolutions before the operator can learn to move what matters, and the first
has a stride of its own, so theory says nothing of the order. Writes
benchmarks/results/verdict/tasks_network.csv.
"""

import argparse
import csv
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

import poolbench
from benchmarks import machine
from poolbench.data.tasks import get_task, list_tasks
from poolbench.evaluation.probe import compute_probe_outcomes
from poolbench.study.calibrate import is_order_found, judge_outcomes

RESULTS = machine.RESULTS / "verdict"


def main() -> None:
    """Run one half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("half", choices=("probe", "network"))
    parser.add_argument("--repetitions", type=int, default=40)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    if arguments.half == "probe":
        run_probes(arguments.repetitions, arguments.processes)
    else:
        run_networks(arguments.runs, arguments.epochs)


def run_probes(repetitions: int, processes: int) -> None:
    """All repetitions of all tasks."""
    rows = []
    with ProcessPoolExecutor(processes) as pool:
        for task in list_tasks():
            names = [task.name] * repetitions
            found = list(pool.map(judge_repetition, names, range(repetitions)))
            right = sum(is_found for is_found, *_ in found)
            scores = np.array([score for _, score, _ in found])
            for place, operator in enumerate(task.operators):
                rows.append(
                    [task.name, task.measure, operator, repetitions, right,
                     round(scores[:, place].mean(), 4), round(scores[:, place].min(), 4),
                     round(scores[:, place].max(), 4)]
                )  # fmt: skip
            lows = {pair: min(low[pair] for *_, low in found) for pair in task.expected}
            least = ", ".join(f"{a} > {b} by {low:.1f}" for (a, b), low in lows.items())
            print(f"{task.name}: right {right}/{repetitions}; lowest end of an interval: {least}")
    head = ("task", "measure", "operator", "repetitions", "right", "mean", "least", "most")
    write(RESULTS / "tasks_probe.csv", head, rows)


def judge_repetition(
    name: str, repetition: int
) -> tuple[bool, list[float], dict[tuple[str, str], float]]:
    """Whether the order is found, the scores, and the lower end of each interval by pair."""
    torch.set_num_threads(1)
    task = get_task(name)
    outcomes = compute_probe_outcomes(task.make(repetition), task.operators, measure=task.measure)
    verdict = judge_outcomes(outcomes)
    low = {(d.first, d.second): d.low for d in verdict.differences}
    low |= {(d.second, d.first): -d.high for d in verdict.differences}
    scores = [float(score) for score in outcomes.correct.mean(axis=(1, 2))]
    return is_order_found(task, verdict), scores, low


def run_networks(runs: Path, epochs: int) -> None:
    """One study of each task."""
    rows = []
    for task in list_tasks():
        study = poolbench.compare(
            f"task:{task.name}", operators=task.operators, backbones=("lab-example",),
            epochs=epochs, lang="en", out=runs / f"task-{task.name}",
        )  # fmt: skip
        for row in study.leaderboard():
            rows.append(
                [task.name, row.variant.partition(".")[0], epochs, row.trials,
                 round(row.accuracy, 4), round(row.accuracy_low, 4), round(row.accuracy_high, 4),
                 round(row.shift_consistency, 4), study.verdict.kind, study.verdict.recommended]
            )  # fmt: skip
        write(
            RESULTS / "tasks_network.csv",
            ("task", "operator", "epochs", "trials", "accuracy", "low", "high",
             "shift_consistency", "verdict", "recommended"),
            rows,
        )  # fmt: skip


def write(path: Path, head: tuple[str, ...], rows: list[list[object]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
