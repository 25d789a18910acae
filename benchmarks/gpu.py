"""Stacks of trainings on a CUDA device: how many at once, and how fast.

    python benchmarks/gpu.py --data-file cifar-100-python.tar.gz [--stacks 1,4,16,64]

The honest study's trainings (classes 0, 33, 43; recipe ``quick``; five folds) of each operator,
alone one after another and in stacks. Says "no GPU here" where there is none.
"""

import argparse
import json
import time

import torch
from machine import save

CLASSES = ("0", "33", "43")
OPERATORS = ("stride", "max", "avg")


def main() -> None:
    """Measure every stack, or say that there is nothing to measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--stacks", default="1,4,16,64")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--device", default="cuda", help="cpu: tries the script out")
    parser.add_argument("--name", default="gpu", help="of the file of results")
    arguments = parser.parse_args()
    if arguments.device == "cuda" and not torch.cuda.is_available():
        print("no GPU here")
        return
    rows = []
    for operator in OPERATORS:
        for stack in map(int, arguments.stacks.split(",")):
            rows.append(
                {"operator": operator, "stack": stack, **measure(operator, stack, arguments)}
            )
            print(json.dumps(rows[-1]), flush=True)
    device = torch.cuda.get_device_name() if arguments.device == "cuda" else "cpu"
    print(save(arguments.name, {"device": device, "epochs": arguments.epochs, "rows": rows}))


def measure(operator: str, stack: int, arguments: argparse.Namespace) -> dict:
    """Seconds of one training, as part of a stack; start and first run counted apart."""
    from poolbench.config import DataConfig, StudyConfig
    from poolbench.data.load import load_image_set
    from poolbench.execution.group import run_group
    from poolbench.execution.plan import make_plan
    from poolbench.execution.workplace import Workplace
    from poolbench.training.precision import list_precisions

    data = DataConfig(source="cifar100", data_file=arguments.data_file, classes=CLASSES)
    image_set = load_image_set(data)
    config = StudyConfig(
        operators=(operator,), repeats=-(-stack // 5), epochs=arguments.epochs,
        device=arguments.device, stack=stack,
        precision=list_precisions("auto", arguments.device)[-1],
    )  # fmt: skip
    specs = make_plan(config, image_set).specs[:stack]
    place = Workplace(image_set, arguments.device)
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        outcomes = list(run_group(specs, place))
        seconds.append(time.perf_counter() - started)
    return {
        "first_seconds": seconds[0],
        "seconds_per_training": seconds[1] / stack,
        "accuracy": sum(o.record.held_out.accuracy for o in outcomes) / stack,
        "memory_bytes": max(o.timing.peak_memory_bytes or 0 for o in outcomes),
        "precision": config.precision,
    }


if __name__ == "__main__":
    main()
