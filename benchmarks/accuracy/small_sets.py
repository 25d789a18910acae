"""What a few pictures, and unequal classes, need of recipe ``quick``: steps, and a balance.

    python -m benchmarks.accuracy.small_sets --data-file cifar-100-python.tar.gz [--repeats N]

Pear, maple tree and leopard, which no other figure is about. ``steps``: 20 pictures of
each class, trained for so many steps. ``balance``: 300, 20 and 20 pictures, with each balance of
the classes. Judged on the 100 test pictures of each class, over a few trainings.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.machine import add_short, save
from poolbench.config import RecipeConfig, build_config
from poolbench.data.image_set import ImageSet
from poolbench.data.load import load_image_set
from poolbench.planning.plan import make_plan
from poolbench.training.recipes import QUICK
from poolbench.trials.run import run_trial
from poolbench.trials.session import Session

CLASSES = ("pear", "maple_tree", "leopard")
OPERATORS = ("stride", "max")
STEPS = (100, 200, 400)
EQUAL = (20,)
UNEQUAL = (300, 20, 20)


def main() -> None:
    """All cells, and the file of results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-file")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--parts", default="steps,balance")
    add_short(parser)
    arguments = parser.parse_args()
    counts_of_steps, repeats = ((2,), 1) if arguments.short else (STEPS, arguments.repeats)
    if not arguments.short and not arguments.data_file:
        parser.error("--data-file is missing")
    # As a worker does; the precision is fixed too, so that figures do not hang on the machine.
    torch.set_num_threads(1)
    data: dict[str, object] = {"source": "sample"}
    if not arguments.short:
        data = {"source": "cifar100", "data_file": arguments.data_file, "classes": CLASSES}
    whole = load_image_set(build_config({"data": data}).data)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        if "steps" in arguments.parts:
            for count in EQUAL:
                file = write_some(
                    whole, (count,) * len(whole.classes), Path(folder, f"{count}.npz")
                )
                for steps in counts_of_steps:
                    rows += measure(file, steps, "none", repeats)
        if "balance" in arguments.parts and not arguments.short:
            file = write_some(whole, UNEQUAL, Path(folder, "unequal.npz"))
            for balance in ("none", "loss", "sampling"):
                rows += measure(file, 800, balance, repeats)
    name = "-".join(["small-sets", *arguments.parts.split(",")])
    print(save(name, {"repeats": repeats, "rows": rows}, room="accuracy"))


def write_some(whole: ImageSet, counts: tuple[int, ...], file: Path) -> Path:
    """So many pictures of each class, and the whole test half."""
    rng = np.random.default_rng(0)
    kept = np.concatenate(
        [
            rng.choice(np.flatnonzero(whole.pool.labels == label), count, replace=False)
            for label, count in enumerate(counts)
        ]
    )
    np.savez(
        file, images=whole.pool.images[kept], labels=whole.pool.labels[kept],
        classes=np.array(whole.classes), test_images=whole.test.images,
        test_labels=whole.test.labels,
    )  # fmt: skip
    return file


def measure(file: Path, steps: int, balance: str, repeats: int) -> list[dict[str, object]]:
    """The accuracy of each operator on the test half after so many steps."""
    with np.load(file) as arrays:
        pool = len(arrays["labels"])
    epochs = max(1, round(steps / -(-pool // QUICK.batch_size)))
    recipe = RecipeConfig.model_validate(
        {**QUICK.model_dump(), "name": "own", "class_balance": balance, "epochs": epochs}
    )
    config = build_config(
        {"data": {"source": f"npz:{file}"}, "operators": OPERATORS, "recipes": ("own",),
         "own_recipes": (recipe,), "protocol": "lab", "repeats": repeats, "precision": "float32"}
    )  # fmt: skip
    image_set = load_image_set(config.data)
    plan = make_plan(config, image_set)
    session = Session(image_set)
    rows: list[dict[str, object]] = []
    for variant in plan.variants:
        sides = [run_trial(spec, session).record for spec in plan.list_trials(variant.id)]
        balanced = [np.mean([record.held_out.report[name]["recall"] for name in image_set.classes])
                    for record in sides]  # fmt: skip
        rows.append(
            {
                "set": file.stem, "pool": pool, "operator": variant.operator, "balance": balance,
                "epochs": epochs, "steps": epochs * -(-pool // QUICK.batch_size),
                "balanced_accuracy": [float(value) for value in balanced],
                "train_accuracy": [record.train.accuracy for record in sides],
                "nll": [record.held_out.nll for record in sides],
            }
        )  # fmt: skip
    for row in rows:
        print(row, flush=True)
    return rows


if __name__ == "__main__":
    main()
