"""The published lab and the honest study, from command to report, against the course's loop.

    python -m benchmarks.speed.studies --data-file cifar-100-python.tar.gz [--epochs 100]

The course's three trainings one after another, each using all cores; poolbench's study of the same
networks, epochs and one seed; and the honest study: one position, three operators, five folds, six
repeats, recipe ``quick``, against 500 epochs of the course; where fewer are run, their time is
multiplied. Ours are timed with everything that they do: measuring, judging, the final training,
export, proof and report.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.machine import save
from benchmarks.speed.lab_speed import CLASSES, NETWORKS, measure
from benchmarks.speed.scaling import watch_memory

COURSE_EPOCHS = 500
STUDIES = {
    "published": {"backbones": ("lab-published",), "recipes": ("lab",), "protocol": "lab"},
    "honest": {"recipes": ("quick",), "folds": 5, "repeats": 6},
}


def main() -> None:
    """Run all three and divide."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--epochs", type=int, default=COURSE_EPOCHS, help="of the published lab")
    parser.add_argument("--studies", default=",".join(STUDIES))
    arguments = parser.parse_args()
    course = {network: run_course(network, arguments) for network in NETWORKS}
    seconds = sum(found["seconds"] for found in course.values())
    figures = {"epochs": arguments.epochs, "course": course, "course_seconds": seconds}
    for name in arguments.studies.split(","):
        found = run_study(name, arguments)
        factor = COURSE_EPOCHS / arguments.epochs if name == "honest" else 1
        figures[name] = {**found, "course_over_this": factor * seconds / found["seconds"]}
        print(name, json.dumps(figures[name]), flush=True)
    print(save("studies", figures))


def run_course(network: str, arguments: argparse.Namespace) -> dict:
    """One training by the course's loop; the start of its process counts as it does for ours."""
    started = time.perf_counter()
    found = measure("course", network, 0, arguments)
    return {"seconds": time.perf_counter() - started, "accuracy": found["accuracy"]}


def run_study(name: str, arguments: argparse.Namespace) -> dict:
    """One study in a fresh folder."""
    import poolbench

    settings = dict(STUDIES[name])
    if name == "published":
        settings |= {"repeats": 1, "epochs": arguments.epochs}
    folder = Path(tempfile.mkdtemp())
    with watch_memory() as peak:
        started = time.perf_counter()
        study = poolbench.compare(
            "cifar100", data_file=arguments.data_file, classes=",".join(CLASSES), lang="en",
            out=folder / name, **settings,
        )  # fmt: skip
        seconds = time.perf_counter() - started
    rows = [row.model_dump(mode="json") for row in study.leaderboard()]
    shutil.rmtree(folder)
    return {
        "seconds": seconds,
        "memory_bytes": peak[0],
        "verdict": study.verdict.kind,
        "accuracy": {row["variant"]: row["accuracy"] for row in rows},
    }


if __name__ == "__main__":
    main()
