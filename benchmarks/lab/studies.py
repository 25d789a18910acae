"""The studies of docs/lab.md: run one and keep its figures under benchmarks/results.

    python -m benchmarks.lab.studies NAME --data-file cifar-100-python.tar.gz [--runs FOLDER]

NAME is one of the studies below. A study that was interrupted goes on where it stopped.
"""

import argparse
import csv
import shutil
from pathlib import Path

import poolbench
from benchmarks import machine
from poolbench.records import StudyRecord
from poolbench.rundir.store import RunStore

RESULTS = machine.RESULTS

STUDIES = {
    # The published lab: three classes, its three networks, 500 epochs, the test set watched.
    "lab-published": {
        "classes": "0,33,43",
        "backbones": ("lab-published",),
        "recipes": ("lab",),
        "protocol": "lab",
        "repeats": 2,
    },
    # The same in float32, to see whether bfloat16 changes the picture.
    "lab-published-float32": {
        "classes": "0,33,43",
        "backbones": ("lab-published",),
        "recipes": ("lab",),
        "protocol": "lab",
        "repeats": 1,
        "precision": "float32",
    },
    # The course's example network on its own three classes.
    "lab-example": {
        "classes": "0,55,58",
        "backbones": ("lab-example",),
        "recipes": ("lab",),
        "protocol": "lab",
        "repeats": 5,
    },
    # The same question asked properly: one position, cross-validated, recipe quick.
    "quick": {"classes": "0,33,43", "recipes": ("quick",), "folds": 5, "repeats": 6},
    # The same in float32, two repeats.
    "quick-float32": {
        "classes": "0,33,43",
        "recipes": ("quick",),
        "folds": 5,
        "repeats": 2,
        "precision": "float32",
    },
}


def main() -> None:
    """Run one study and copy what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(STUDIES))
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    study = poolbench.compare(
        "cifar100",
        data_file=arguments.data_file,
        out=arguments.runs / arguments.name,
        lang="en",
        **STUDIES[arguments.name],
    )
    place = RESULTS / arguments.name
    place.mkdir(parents=True, exist_ok=True)
    for name in ("leaderboard.csv", "verdict.json", "timing.json", "environment.json"):
        shutil.copyfile(study.path / name, place / name)
    save_trials(study.path, place / "trials.csv")


def save_trials(run: Path, path: Path) -> None:
    """One row for each trial: where it was held out and what it reached."""
    store = RunStore(run)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["variant", "repeat", "fold", "train_accuracy", "accuracy", "nll", "loss_rise",
             "best_epoch", "best_epoch_accuracy", "train_seconds", "wall_seconds"]
        )  # fmt: skip
        for trial in store.load_model("study.json", StudyRecord).trials:
            record, timing = store.load_trial(trial), store.load_timing(trial)
            writer.writerow(
                [record.spec.variant.id, record.spec.repeat, record.spec.fold,
                 record.train.accuracy, record.held_out.accuracy, record.held_out.nll,
                 record.overfit.loss_rise, record.best_epoch.epoch, record.best_epoch.accuracy,
                 round(timing.train_seconds, 1), round(timing.wall_seconds, 1)]
            )  # fmt: skip


if __name__ == "__main__":
    main()
