"""Do the course's loop, poolbench in float32 and poolbench in bfloat16 train to the same accuracy?

    python -m benchmarks.speed.agreement --data-file ARCHIVE [--seeds 60] [--epochs 8]

The three published networks by the lab's recipe, judged on the 300 test pictures. The trainings of
both formats begin from the same values and take the same pictures, so their difference is paired;
the course's loop draws its own. On a CUDA device the trainings of a network are one stack.
"""

import argparse
import statistics

from benchmarks.machine import save
from benchmarks.speed.gpu import describe_device, load
from benchmarks.speed.lab_speed import NETWORKS, train_course


def main() -> None:
    """Train, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="cifar100", help="or npz:FILE with the three classes")
    parser.add_argument("--data-file")
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--device", default="cuda", help="or cpu")
    arguments = parser.parse_args()
    data, image_set = load(arguments)
    rows = {}
    for network in NETWORKS:
        found = {
            name: train_poolbench(network, name, data, image_set, arguments)
            for name in ("float32", "bfloat16")
        }
        found["course"] = [
            train_course(network, seed, image_set, arguments.epochs, arguments.device)["accuracy"]
            for seed in range(arguments.seeds)
        ]
        rows[network] = {"summary": summarize(found), "accuracies": found}
        print(network, rows[network]["summary"], flush=True)
    print(save("agreement", {"device": describe_device(arguments.device), "networks": rows}))


def train_poolbench(network: str, precision: str, data, image_set, arguments) -> list[float]:
    """Test accuracies after the last epoch, by seed."""
    from poolbench.config import StudyConfig
    from poolbench.planning.plan import make_plan
    from poolbench.trials.session import Session
    from poolbench.trials.stacks import run_group

    config = StudyConfig(
        data=data, operators=(network,), backbones=("lab-published",), recipes=("lab",),
        protocol="lab", repeats=arguments.seeds, epochs=arguments.epochs, precision=precision,
        device=arguments.device, stack=arguments.seeds if arguments.device == "cuda" else 1,
    )  # fmt: skip
    specs = make_plan(config, image_set).specs
    outcomes = run_group(specs, Session(image_set, arguments.device))
    return [outcome.record.held_out.accuracy for outcome in outcomes]


def summarize(found: dict[str, list[float]]) -> dict:
    """Means with their standard errors, and the paired difference of the formats."""
    pairs = zip(found["bfloat16"], found["float32"], strict=True)
    return {
        **{name: describe(values) for name, values in found.items()},
        "bfloat16_less_float32": describe([first - second for first, second in pairs]),
    }


def describe(values: list[float]) -> dict[str, float]:
    """Mean and standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5
    return {"mean": statistics.mean(values), "standard_error": error}


if __name__ == "__main__":
    main()
