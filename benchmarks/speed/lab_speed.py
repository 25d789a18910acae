"""The course's loop against poolbench on the three published networks, side by side.

    python -m benchmarks.speed.lab_speed --data-file ARCHIVE [--pairs 5] [--epochs 8]

The course's loop: a DataLoader, ``.item()`` after each step, the test set after each epoch, all
cores. Ours: the same epochs as a trial of the lab protocol, which watches the test set too; once
with a worker on each core (epochs of both in a second of wall time) and once a training alone.
The first epoch of each process is not counted. The three take turns, so that what else the machine
does hits all of them.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import time

from benchmarks.machine import save

NETWORKS = ("max", "avg", "stride")
WAYS = ("course", "two-workers", "alone")
CLASSES = ("0", "33", "43")
BATCH_SIZE, LEARNING_RATE, MOMENTUM = 128, 5e-3, 0.9


def main() -> None:
    """Run the pairs and keep every one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--name", default="lab_speed", help="of the file of results")
    parser.add_argument(
        "--one", nargs=3, metavar=("WAY", "NETWORK", "SEED"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.one:
        way, network, seed = arguments.one
        image_set = load(arguments.data_file)
        if way == "course":
            found = train_course(network, int(seed), image_set, arguments.epochs)
        else:
            lanes = 2 if way == "alone" else 1
            found = train_poolbench(network, int(seed), image_set, arguments.epochs, lanes)
        print(json.dumps(found))
        return
    rows = []
    for pair in range(arguments.pairs):
        for network in NETWORKS:
            for way in WAYS:
                rows.append({"pair": pair, "network": network, "way": way,
                             **measure(way, network, pair, arguments)})  # fmt: skip
                print(rows[-1], flush=True)
    summary = summarize(rows)
    print(json.dumps(summary, indent=1))
    print(save(arguments.name, {"epochs": arguments.epochs, "summary": summary, "rows": rows}))


def measure(way: str, network: str, pair: int, arguments: argparse.Namespace) -> dict:
    """Epochs for each second of wall time, of one process or of two at once."""
    from poolbench.executors.process import WORKER_ENVIRONMENT

    environment = {**os.environ, **({} if way == "course" else WORKER_ENVIRONMENT)}
    count = 2 if way == "two-workers" else 1
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "benchmarks.speed.lab_speed",
                "--data-file",
                arguments.data_file,
                "--epochs",
                str(arguments.epochs),
                "--one",
                way,
                network,
                str(10 * pair + k),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for k in range(count)
    ]
    found = [json.loads(process.communicate()[0]) for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit(f"{way} {network} failed")
    return {
        "epochs_per_second": sum(1 / statistics.mean(one["epoch_seconds"][1:]) for one in found),
        "accuracy": statistics.mean(one["accuracy"] for one in found),
        "epoch_seconds": [one["epoch_seconds"] for one in found],
        "precision": found[0]["precision"],
    }


def summarize(rows: list[dict]) -> dict:
    """Medians over the pairs, and of the ratio within each pair."""
    result = {}
    for network in NETWORKS:
        by_way = {
            way: [row for row in rows if row["network"] == network and row["way"] == way]
            for way in WAYS
        }
        course = [row["epochs_per_second"] for row in by_way["course"]]
        result[network] = {
            way: {
                "epochs_per_second": statistics.median(r["epochs_per_second"] for r in own),
                "times_the_course": statistics.median(
                    row["epochs_per_second"] / other for row, other in zip(own, course, strict=True)
                ),
                "accuracy": statistics.mean(row["accuracy"] for row in own),
            }
            for way, own in by_way.items()
        }
    return result


def load(data_file: str):
    """The three classes of the published lab."""
    from poolbench.config import DataConfig
    from poolbench.data.load import load_image_set

    return load_image_set(DataConfig(source="cifar100", data_file=data_file, classes=CLASSES))


def train_poolbench(network: str, seed: int, image_set, epochs: int, lanes: int) -> dict:
    """A trial of the lab protocol, as a worker runs it."""
    import torch

    from poolbench.config import StudyConfig
    from poolbench.planning.plan import make_plan
    from poolbench.training.precision import list_precisions
    from poolbench.training.slices import Lanes
    from poolbench.trials.run import run_trial
    from poolbench.trials.session import Session

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    config = StudyConfig(
        operators=(network,), backbones=("lab-published",), recipes=("lab",), protocol="lab",
        repeats=1, epochs=epochs, seed=seed, device="cpu",
        precision=list_precisions("auto", "cpu")[-1],
    )  # fmt: skip
    spec = make_plan(config, image_set).specs[0]
    times = [time.perf_counter()]
    with Lanes(lanes) as threads:
        outcome = run_trial(
            spec,
            Session(image_set, "cpu", threads),
            lambda row: times.append(time.perf_counter()),
        )
    seconds = [after - before for before, after in itertools.pairwise(times)]
    accuracy = outcome.record.held_out.accuracy
    return {"epoch_seconds": seconds, "accuracy": accuracy, "precision": config.precision}


def train_course(network: str, seed: int, image_set, epochs: int, device: str = "cpu") -> dict:
    """The loop of the course's notebook."""
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(seed)
    train, test = (
        DataLoader(
            TensorDataset(
                torch.tensor(half.images, dtype=torch.float32),
                nn.functional.one_hot(torch.tensor(half.labels), len(CLASSES)).float(),
            ),
            batch_size=BATCH_SIZE,
            shuffle=half is image_set.pool,
        )
        for half in (image_set.pool, image_set.test)
    )
    model = build_course(network).to(device)
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
    seconds = []
    for _ in range(epochs):
        started = time.perf_counter()
        model.train()
        for batch in train:
            images, labels = (part.to(device) for part in batch)
            optimizer.zero_grad()
            outputs = model(images)
            loss = loss_function(outputs, labels)
            loss.backward()
            optimizer.step()
            loss.item()
            (outputs.argmax(1) == labels.argmax(1)).float().mean().item()
        model.eval()
        right = 0.0
        with torch.no_grad():
            for batch in test:
                images, labels = (part.to(device) for part in batch)
                outputs = model(images)
                loss_function(outputs, labels).item()
                right += (outputs.argmax(1) == labels.argmax(1)).float().sum().item()
        seconds.append(time.perf_counter() - started)
    accuracy = right / len(image_set.test)
    return {"epoch_seconds": seconds, "accuracy": accuracy, "precision": "float32"}


def build_course(network: str):
    """The three published networks, pictures ``[B, H, W, 3]`` normalised in the first layer."""
    import torch
    from torch import nn

    from poolbench.models.lab import MEAN, SD

    class Normalize(nn.Module):
        """As the course has it: numbers of the network that are not trained."""

        def __init__(self) -> None:
            super().__init__()
            self.mean = nn.Parameter(torch.tensor(MEAN) * 255, requires_grad=False)
            self.sd = nn.Parameter(torch.tensor(SD) * 255, requires_grad=False)

        def forward(self, x):
            return ((x - self.mean) / self.sd).permute(0, 3, 1, 2)

    pools = {"stride": [], "max": [nn.MaxPool2d(4)], "avg": [nn.AvgPool2d(4)]}
    stride = 4 if network == "stride" else 1
    return nn.Sequential(
        Normalize(),
        nn.Conv2d(3, 32, 5, stride=stride, padding=2), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
        *pools[network],
        nn.Flatten(), nn.Linear(4096, len(CLASSES)),
    )  # fmt: skip


if __name__ == "__main__":
    main()
