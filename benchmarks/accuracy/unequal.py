"""Unequal classes: the recommended recipe against a plain fine-tuning loop.

    python -m benchmarks.accuracy.unequal cifar --data-file ARCHIVE --weights w.safetensors
    python -m benchmarks.accuracy.unequal photographs [--seeds N]

``cifar``: five classes of CIFAR-100 with 500, 250, 100, 50 and 25 pictures, and weights of
``poolbench pretrain`` on the others. ``photographs``: eight classes of drawn JPEG files of 224 to
640 pixels, ResNet-18 as it was published, and weights of eight other classes.

A study chooses among ``finetune`` and the same with either balance of the classes, by
cross-validation within the pool. Then the chosen one and each plain loop train on the whole pool,
with the same network, weights, precision, one thread and as many seconds, and the test half is
opened, with a few seeds.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import balanced_accuracy_score
from torch import Tensor, nn

from benchmarks.accuracy.cifar import summarize
from benchmarks.accuracy.photographs import OUTLINES, write_photographs
from benchmarks.machine import save
from poolbench.config import RecipeConfig, StudyConfig, build_config
from poolbench.data.load import load_image_set
from poolbench.evaluation.logits import compute_logits
from poolbench.models.views import add_views
from poolbench.planning.plan import make_final_spec, make_plan
from poolbench.records import TrialSpec
from poolbench.study.display import Display
from poolbench.study.pretrain import run_pretraining
from poolbench.training.loop import run_training
from poolbench.training.precision import autocast, list_precisions
from poolbench.training.recipes import get_recipe
from poolbench.trials.build import build_trial
from poolbench.trials.session import Session

CIFAR_COUNTS = {"0": 500, "33": 250, "43": 100, "55": 50, "58": 25}
PHOTOGRAPH_COUNTS = (80, 60, 45, 30, 24, 16, 12, 8)
TEST_COUNT = 25
PRETRAIN_COUNT = 200
# From random values; the recipes of poolbench are for smaller networks than this one.
PRETRAIN = RecipeConfig(
    name="before", epochs=20, batch_size=64, learning_rate=0.05, momentum=0.9, nesterov=True,
    weight_decay=5e-4, schedule="cosine", warmup_fraction=0.1, flip="random", translate_pixels=4,
)  # fmt: skip
IMAGE_SIZE = 64
BATCH = 32

Optimize = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
# What tutorials do: SGD whose rate falls to a tenth twice, or AdamW along half a cosine.
PLAIN: dict[str, tuple[Optimize, Callable[[float], float]]] = {
    "sgd": (
        lambda values: torch.optim.SGD(values, lr=0.01, momentum=0.9),
        lambda past: 0.1 ** int(3 * past),
    ),
    "sgd-low": (
        lambda values: torch.optim.SGD(values, lr=0.001, momentum=0.9),
        lambda past: 0.1 ** int(3 * past),
    ),
    "adamw": (
        lambda values: torch.optim.AdamW(values, lr=3e-4, weight_decay=0.01),
        lambda past: (1 + np.cos(np.pi * past)) / 2,
    ),
}


def main() -> None:
    """One part of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("cifar", "photographs"))
    parser.add_argument("--data-file")
    parser.add_argument("--weights")
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make = {"cifar": make_cifar, "photographs": make_photographs}[arguments.part]
        config = make(arguments, Path(folder))
        figures = summarize(config)
        chosen = figures["recommended"]
        seeds = {} if chosen is None else compare_final(config, chosen, arguments.seeds)
        figures |= {**seeds, "counts": list_counts(config)}
    print(json.dumps(seeds, indent=1))
    print(save(f"unequal-{arguments.part}", figures, room="accuracy"))


def make_cifar(arguments: argparse.Namespace, folder: Path) -> StudyConfig:
    """Five classes of CIFAR-100, of some of them a part of the pictures."""
    data = {"source": "cifar100", "data_file": arguments.data_file, "classes": tuple(CIFAR_COUNTS)}
    whole = load_image_set(build_config({"data": data}).data)
    rng = np.random.default_rng(0)
    kept = np.concatenate(
        [
            rng.choice(np.flatnonzero(whole.pool.labels == label), count, replace=False)
            for label, count in enumerate(CIFAR_COUNTS.values())
        ]
    )
    file = folder / "unequal.npz"
    np.savez(
        file, images=whole.pool.images[kept], labels=whole.pool.labels[kept],
        classes=np.array(whole.classes), test_images=whole.test.images,
        test_labels=whole.test.labels,
    )  # fmt: skip
    return make_config({"source": f"npz:{file}"}, "speed", Path(arguments.weights))


def make_photographs(arguments: argparse.Namespace, folder: Path) -> StudyConfig:
    """Every second outline is of the set that is asked about, the others of what came before."""
    names = list(OUTLINES)
    asked, before = names[::2], names[1::2]
    write_photographs(
        folder / "own" / "train", dict(zip(asked, PHOTOGRAPH_COUNTS, strict=True)), seed=1
    )
    write_photographs(folder / "own" / "test", dict.fromkeys(asked, TEST_COUNT), seed=2)
    write_photographs(folder / "before", dict.fromkeys(before, PRETRAIN_COUNT), seed=3)
    common = {"image_size": IMAGE_SIZE, "fit": "crop"}
    weights = folder / "weights.safetensors"
    earlier = build_config(
        {"data": {"source": f"folder:{folder / 'before'}", **common}, "recipes": ("before",),
         "own_recipes": (PRETRAIN,), "backbones": ("resnet18-stock",)}
    )  # fmt: skip
    record = run_pretraining(earlier, weights, Display("en"))
    print(f"weights: {record.held_out.accuracy:.4f} on {record.held_out.count} pictures")
    data = {"source": f"folder:{folder / 'own'}", **common}
    return make_config(data, "resnet18-stock", weights)


def make_config(data: dict[str, object], backbone: str, weights: Path) -> StudyConfig:
    """Fine-tuning as it is, with weighted losses, and with balanced sampling."""
    usual = get_recipe("finetune").model_dump()
    own = [
        RecipeConfig.model_validate({**usual, "name": f"finetune-{way}", "class_balance": way})
        for way in ("loss", "sampling")
    ]
    return build_config(
        {"data": data, "operators": ("max",), "backbones": (backbone,), "weights": weights,
         "recipes": ("finetune", "finetune-loss", "finetune-sampling"), "own_recipes": own,
         "precision": list_precisions("auto", "cpu")[-1]}
    )  # fmt: skip


def list_counts(config: StudyConfig) -> dict[str, int]:
    """Pictures of each class in the pool."""
    whole = load_image_set(config.data)
    counts = np.bincount(whole.pool.labels).tolist()
    return dict(zip(whole.classes, counts, strict=True))


def compare_final(config: StudyConfig, chosen: str, seeds: int) -> dict[str, object]:
    """Balanced accuracy on the test half, for each way and seed."""
    tasks = [(config, chosen, seed) for seed in range(seeds)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        rows = list(pool.map(_train_all_ways, tasks))
    ways = {way: [row[way] for row in rows] for way in rows[0]}
    best = max(PLAIN, key=lambda way: np.mean(ways[way]))
    gains = 100 * (np.array(ways["recommended"]) - np.array(ways[best]))
    return {
        "chosen": chosen,
        "ways": ways,
        "means": {way: float(np.mean(values)) for way, values in ways.items()},
        "best_plain": best,
        "gain_points": float(gains.mean()),
        "gain_sd": float(gains.std(ddof=1)),
    }


def _train_all_ways(task: tuple[StudyConfig, str, int]) -> dict[str, float]:
    config, chosen, seed = task
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    config = config.model_copy(update={"seed": seed})
    session = Session(load_image_set(config.data), weights=config.weights)
    spec = make_final_spec(make_plan(config, session.image_set), chosen)
    network, seconds = _train_recommended(spec, session)
    found = {"recommended": _judge(network, session), "seconds": seconds}
    for way in PLAIN:
        torch.manual_seed(seed)
        found[way] = _judge(_train_plain(spec, session, way, seconds), session)
    return found


def _train_recommended(spec: TrialSpec, session: Session) -> tuple[nn.Module, float]:
    trial = build_trial(spec, session)
    seconds = run_training(trial.form, trial.train, None, trial.schedule).train_seconds
    return add_views(trial.form.whole, spec.variant.recipe.test_views), seconds


def _train_plain(spec: TrialSpec, session: Session, way: str, seconds: float) -> nn.Module:
    """The loop of a tutorial: flips, cross entropy, and the network of the same weights."""
    network = build_trial(spec, session).network
    network.train()
    make_optimizer, schedule = PLAIN[way]
    optimizer = make_optimizer(network.parameters())
    rate = optimizer.param_groups[0]["lr"]
    started = time.perf_counter()
    for images, labels in _draw_batches(session):
        past = (time.perf_counter() - started) / seconds
        if past >= 1:
            return network
        for group in optimizer.param_groups:
            group["lr"] = rate * schedule(past)
        with autocast("cpu", spec.conditions.precision):
            loss = F.cross_entropy(network(images).float(), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    raise AssertionError("batches never end")


def _draw_batches(session: Session) -> Iterator[tuple[Tensor, Tensor]]:
    """Without end: shuffled, mirrored at random, the small rest of an epoch left out."""
    pool = session.image_set.pool
    images, labels = torch.from_numpy(pool.images.copy()), torch.from_numpy(pool.labels.copy())
    while True:
        order = torch.randperm(len(labels))
        for rows in order[: len(order) // BATCH * BATCH].split(BATCH):
            batch = images[rows].permute(0, 3, 1, 2).float()
            is_mirrored = torch.rand(len(rows), 1, 1, 1) < 0.5
            yield torch.where(is_mirrored, batch.flip(-1), batch), labels[rows].long()


def _judge(network: nn.Module, session: Session) -> float:
    test = session.image_set.test
    images = torch.from_numpy(test.images.copy()).permute(0, 3, 1, 2)
    logits = compute_logits(network, images)
    return float(balanced_accuracy_score(test.labels, logits.argmax(1)))


if __name__ == "__main__":
    main()
