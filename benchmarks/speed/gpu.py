"""Stacks of trainings on a CUDA device: how many at once, and how fast.

    python -m benchmarks.speed.gpu --data-file cifar-100-python.tar.gz [--stacks 1,4,16,64]

The honest study's trainings (classes 0, 33, 43; recipe ``quick``; five folds) of each operator,
alone one after another and in stacks, at a few epochs; then all 90 of them at all epochs; then the
course's loop on the same device. Says "no GPU here" where there is none.
"""

import argparse
import json
import statistics
import time

import torch

from benchmarks.machine import save
from benchmarks.speed.lab_speed import CLASSES, NETWORKS, train_course

OPERATORS = ("stride", "max", "avg")
FOLDS, REPEATS = 5, 6


def main() -> None:
    """Measure every stack, or say that there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="cifar100", help="or npz:FILE with the three classes")
    parser.add_argument("--data-file")
    parser.add_argument("--stacks", default="1,4,16,64")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=REPEATS, help="of the whole study")
    parser.add_argument("--device", default="cuda", help="cpu: tries the script out")
    parser.add_argument("--name", default="gpu", help="of the file of results")
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        print("no GPU here")
        return
    data, image_set = load(arguments)
    rows = [
        {
            "operator": operator,
            "stack": stack,
            **measure(operator, stack, data, image_set, arguments),
        }
        for operator in OPERATORS
        for stack in map(int, arguments.stacks.split(","))
    ]
    figures = {
        "device": describe_device(arguments.device),
        "epochs": arguments.epochs,
        "rows": rows,
        "study": run_study(data, image_set, arguments),
        "course": {network: run_course(network, image_set, arguments) for network in NETWORKS},
    }
    print(json.dumps(figures, indent=1))
    print(save(arguments.name, figures))


def describe_device(device: str) -> str:
    """Its name."""
    return torch.cuda.get_device_name() if device == "cuda" else device


def load(arguments: argparse.Namespace):
    """The three classes of the published lab: where they come from, and the pictures."""
    from poolbench.config import DataConfig
    from poolbench.data.load import load_image_set

    classes = CLASSES if arguments.data == "cifar100" else None
    data = DataConfig(source=arguments.data, data_file=arguments.data_file, classes=classes)
    return data, load_image_set(data)


def plan(operator: str, repeats: int, stack: int, epochs: int | None, data, image_set, device):
    """The trials of one operator."""
    from poolbench.config import StudyConfig
    from poolbench.planning.plan import make_plan
    from poolbench.training.precision import list_precisions

    config = StudyConfig(
        data=data, operators=(operator,), repeats=repeats, folds=FOLDS, epochs=epochs,
        device=device, stack=stack, precision=list_precisions("auto", device)[-1],
    )  # fmt: skip
    return make_plan(config, image_set).specs


def measure(operator: str, stack: int, data, image_set, arguments: argparse.Namespace) -> dict:
    """Seconds of one training, as part of a stack; those of the first run, which sets up, apart."""
    from poolbench.trials.session import Session
    from poolbench.trials.stacks import run_group

    specs = plan(
        operator, -(-stack // FOLDS), stack, arguments.epochs, data, image_set, arguments.device
    )[:stack]
    session = Session(image_set, arguments.device)
    first, outcomes = clock(lambda: list(run_group(specs, session)))
    outcomes = [*outcomes, *(outcome for _ in range(3) for outcome in run_group(specs, session))]
    row = {
        "first_wall_seconds": first,
        "train_seconds": statistics.median(
            sum(o.timing.train_seconds for o in outcomes[start : start + stack]) / stack
            for start in range(stack, len(outcomes), stack)
        ),
        "accuracy": statistics.mean(o.record.held_out.accuracy for o in outcomes),
        "memory_bytes": max(o.timing.peak_memory_bytes or 0 for o in outcomes),
        "precision": specs[0].conditions.precision,
        "convolution": session.convolutions.get(specs[0].variant.id, "eager"),
    }
    print(operator, stack, row, flush=True)
    return row


def run_study(data, image_set, arguments: argparse.Namespace) -> dict:
    """All trainings of the honest study, one operator after another in one process."""
    from poolbench.trials.session import Session
    from poolbench.trials.stacks import run_group

    stack = FOLDS * arguments.repeats
    session = Session(image_set, arguments.device)
    result = {}
    for operator in OPERATORS:
        specs = plan(operator, arguments.repeats, stack, None, data, image_set, arguments.device)
        wall, outcomes = clock(lambda specs=specs: list(run_group(specs, session)))
        result[operator] = {
            "trainings": len(outcomes),
            "epochs": specs[0].variant.recipe.epochs,
            "train_seconds": sum(o.timing.train_seconds for o in outcomes),
            "wall_seconds_with_judging": wall,
            "accuracy": statistics.mean(o.record.held_out.accuracy for o in outcomes),
        }
        print(operator, result[operator], flush=True)
    return result


def run_course(network: str, image_set, arguments: argparse.Namespace) -> dict:
    """The course's loop; the first epoch is not counted."""
    found = train_course(network, 0, image_set, arguments.epochs, arguments.device)
    return {**found, "epoch_seconds_median": statistics.median(found["epoch_seconds"][1:])}


def clock(work):
    """Wall seconds, and what came of it."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


if __name__ == "__main__":
    main()
