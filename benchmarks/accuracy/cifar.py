"""What the recipes reach, on CIFAR-100; everything is chosen by cross-validation.

    python -m benchmarks.accuracy.cifar recipes --data-file cifar-100-python.tar.gz
    python -m benchmarks.accuracy.cifar study --data-file … --classes 0,33,43 [--name NAME] …
    python -m benchmarks.accuracy.cifar labels --data-file …
    python -m benchmarks.accuracy.cifar test --data-file … --classes 0,33,43 --backbone speed …

``recipes`` trains candidates on classes that no reported figure uses (pear, maple tree, leopard),
two repeats of five folds. ``study`` is ``poolbench run`` with the options that follow, and keeps
what it found. ``labels`` turns 5 % of the labels of a pool and asks which of them are found.
``test`` opens the test half, with ten seeds of one variant, after everything else was decided. All
write to benchmarks/results/accuracy.
"""

import argparse
import csv
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch

from benchmarks.machine import save
from poolbench.config import DataConfig, Precision, StudyConfig, build_config
from poolbench.data.load import load_image_set
from poolbench.evaluation.logits import compute_logits
from poolbench.models.views import add_views
from poolbench.planning.plan import make_final_spec, make_plan
from poolbench.records import TrialSpec
from poolbench.study.display import Display
from poolbench.study.run import run_study
from poolbench.training.loop import run_training
from poolbench.training.precision import list_precisions
from poolbench.trials.build import build_trial
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session

TUNING_CLASSES = ("57", "47", "42")
FOLDS, REPEATS = 5, 2
FLIPPED_SHARE = 0.05
SEEDS = 10

START = {
    "epochs": 30, "batch_size": 64, "learning_rate": 0.03, "momentum": 0.9, "nesterov": True,
    "weight_decay": 5e-3, "schedule": "one-cycle", "warmup_fraction": 0.25, "flip": "random",
    "translate_pixels": 4,
}  # fmt: skip
CHANGES: tuple[dict[str, object], ...] = (
    {},
    {"learning_rate": 0.05},
    {"whitened": True},
    {"label_smoothing": 0.1},
    {"cutout": 0.25},
    {"color_jitter": 0.2},
    {"mixup": 0.2},
    {"ema_decay": 0.99},
    {"epochs": 60, "learning_rate": 0.05},
)
VIEWS = ("one", "mirror", "mirror-shift")


def main() -> None:
    """One part of the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("recipes", "study", "labels", "test"))
    parser.add_argument("--data-file", required=True)
    parser.add_argument("--classes", default="0,33,43")
    parser.add_argument("--name")
    parser.add_argument("--backbone", default="speed")
    parser.add_argument("--operators", default="max")
    parser.add_argument("--recipes", default="standard")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--baseline")
    parser.add_argument("--weights")
    parser.add_argument("--methods", action="store_true")
    arguments = parser.parse_args()
    parts = {
        "recipes": try_recipes, "study": run_one, "labels": find_flips, "test": open_test,
    }  # fmt: skip
    name, figures = parts[arguments.part](arguments)
    print(json.dumps(figures, indent=1))
    print(save(name, figures, room="accuracy"))


def make_config(arguments: argparse.Namespace, **settings: object) -> StudyConfig:
    """The study that the arguments ask for."""
    data = {
        "source": "cifar100",
        "data_file": arguments.data_file,
        "classes": tuple(arguments.classes.split(",")),
    }
    values = {
        "data": data,
        "operators": tuple(arguments.operators.split(",")),
        "backbones": tuple(arguments.backbone.split(",")),
        "recipes": tuple(arguments.recipes.split(",")),
        "repeats": arguments.repeats,
        "epochs": arguments.epochs,
        "baseline": arguments.baseline,
        "weights": arguments.weights,
        "methods": arguments.methods,
    }
    return build_config({**values, **settings})


def run_one(arguments: argparse.Namespace) -> tuple[str, dict]:
    """A study as the command line runs it."""
    return arguments.name or "study", summarize(make_config(arguments))


def summarize(config: StudyConfig, out: Path | None = None) -> dict:
    """Run a study; its leaderboard, differences and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        study = run_study(config, out or Path(folder, "run"), Display("en"))
        seconds = time.perf_counter() - started
        verdict = study.verdict
        return {
            "classes": study.data.classes,
            "seconds": seconds,
            "kind": verdict.kind,
            "recommended": verdict.recommended,
            "metric": verdict.metric,
            "leaderboard": [row.model_dump(mode="json") for row in study.leaderboard()],
            "against_baseline": [d.model_dump(mode="json") for d in verdict.against_baseline],
            "differences": [d.model_dump(mode="json") for d in verdict.differences],
            "test_accuracy": None if study.final is None else study.final.test.accuracy,
        }


def try_recipes(arguments: argparse.Namespace) -> tuple[str, dict]:
    """Held-out accuracy of every candidate, with one view of a picture and with several."""
    precision = list_precisions("auto", "cpu")[-1]
    tasks = [
        (arguments.backbone, change, number, arguments.data_file, precision)
        for change in CHANGES
        for number in range(FOLDS * REPEATS)
    ]
    rows = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = pool.map(_train_candidate, tasks)
        for change in CHANGES:
            own = np.array([next(found) for _ in range(FOLDS * REPEATS)])
            row = {"change": change, "seconds": float(np.median(own[:, -1]))}
            row |= {name: own[:, place].round(4).tolist() for place, name in enumerate(VIEWS)}
            means = {name: round(float(np.mean(row[name])), 4) for name in VIEWS}
            print(json.dumps(change), means, f"{row['seconds']:.1f} s", flush=True)
            rows.append({**row, "means": means})
    facts = {"backbone": arguments.backbone, "precision": precision, "start": START}
    return f"recipes-{arguments.backbone}", {**facts, "rows": rows}


def _train_candidate(task: tuple[str, dict, int, str, Precision]) -> list[float]:
    """Accuracy with each kind of views, and seconds of training."""
    backbone, change, number, data_file, precision = task
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    recipe = {**START, **change, "name": "candidate"}
    data = {"source": "cifar100", "data_file": data_file, "classes": TUNING_CLASSES}
    config = build_config(
        {"data": data, "operators": ("max",), "backbones": (backbone,), "repeats": REPEATS,
         "precision": precision, "recipes": ("candidate",), "own_recipes": (recipe,)}
    )  # fmt: skip
    session = Session(load_image_set(config.data))
    spec = make_plan(config, session.image_set).specs[number]
    trial = build_trial(spec, session)
    split, form = trial.split, trial.form
    result = run_training(form, trial.train, None, trial.schedule)
    images = session.make_part(session.get_pictures("pool"), split.held_out).rows
    labels = session.image_set.pool.labels[split.held_out]
    return [
        *(
            float((compute_logits(add_views(form.whole, views), images).argmax(1) == labels).mean())
            for views in VIEWS
        ),
        result.train_seconds,
    ]


def find_flips(arguments: argparse.Namespace) -> tuple[str, dict]:
    """Precision and recall on labels that were turned on purpose."""
    data = DataConfig(
        source="cifar100", data_file=arguments.data_file, classes=arguments.classes.split(",")
    )
    whole = load_image_set(data)
    rng = np.random.default_rng(0)
    labels, classes = whole.pool.labels.copy(), len(whole.classes)
    flipped = rng.choice(len(labels), round(FLIPPED_SHARE * len(labels)), replace=False)
    labels[flipped] = (labels[flipped] + rng.integers(1, classes, len(flipped))) % classes
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "flipped.npz")
        np.savez(
            file, images=whole.pool.images, labels=labels, classes=np.array(whole.classes),
            test_images=whole.test.images, test_labels=whole.test.labels,
        )  # fmt: skip
        config = make_config(arguments, data={"source": f"npz:{file}"})
        out = Path(folder, "run")
        figures = summarize(config, out)
        with (out / "suspects.csv").open(encoding="utf-8") as table:
            found = [int(row["picture"].rsplit("/", 1)[-1]) for row in csv.DictReader(table)]
    hits = np.isin(found, flipped)
    return "labels", {
        "flipped": len(flipped),
        "found": len(found),
        "precision": float(hits.mean()),
        "recall": float(hits.sum() / len(flipped)),
        "precision_of_as_many_as_were_flipped": float(hits[: len(flipped)].mean()),
        "accuracy": figures["leaderboard"][0]["accuracy"],
        "variant": figures["recommended"],
    }


def open_test(arguments: argparse.Namespace) -> tuple[str, dict]:
    """Test accuracy of one variant, trained on the whole pool with ten seeds."""
    tasks: list[tuple[TrialSpec, StudyConfig]] = []
    for seed in range(SEEDS):
        config = make_config(arguments, seed=seed)
        image_set = load_image_set(config.data)
        plan = make_plan(config, image_set)
        tasks.append((make_final_spec(plan, plan.variants[0].id), config))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(_train_final, tasks))
    name = arguments.name or f"test-{arguments.classes.replace(',', '-')}"
    return name, {
        "variant": tasks[0][0].variant.id,
        "classes": arguments.classes,
        "accuracies": found,
        "mean": float(np.mean(found)),
        "sd": float(np.std(found, ddof=1)),
    }


def _train_final(task: tuple[TrialSpec, StudyConfig]) -> float:
    spec, config = task
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    session = Session(load_image_set(config.data), weights=config.weights)
    return run_trial(spec, session).record.held_out.accuracy


if __name__ == "__main__":
    main()
