"""Every operator: trained, exported, and run by a fresh process that has no network.

    python -m benchmarks.reliability.exported          Linux: ``unshare`` takes the network away

One study of all operators; then for each of them a new process opens the exported model and
predicts the pictures that its trial held out. The labels are compared with those that were measured
while it trained, except where two classes are as good as equal. Last, ``poolbench verify`` in the
same way. Results: benchmarks/results/reliability.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import save
from poolbench.export.predict import load_model
from poolbench.export.verify import LOGITS_TOLERANCE, count_wrong_labels
from poolbench.planning.plan import take_first
from poolbench.records import StudyRecord
from poolbench.rundir.store import RunStore
from poolbench.study.display import Display
from poolbench.study.prepare import load_pictures

STUDY = ("--operators", "all", "--backbones", "lab-example", "--epochs", "2")
PARTS = ("--folds", "2", "--repeats", "1", "--precision", "float32")
CHECK = (sys.executable, "-m", "benchmarks.reliability.exported", "--check")
# Only its own loopback, which is down, and root's rights for nothing else.
NO_NETWORK = ("unshare", "--net", "--map-root-user")


def main() -> None:
    """The study and its operators, or, in a fresh process, one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs=3, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.check:
        print(json.dumps(check(*arguments.check)))
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    print(figures)
    print(save("exported", figures, ("onnx", "onnxruntime"), room="reliability"))


def measure(folder: Path) -> dict[str, Any]:
    """Figures of all operators."""
    run = folder / "run"
    poolbench = [sys.executable, "-m", "poolbench"]
    subprocess.run([*poolbench, "run", *STUDY, *PARTS, "--out", str(run)], check=True)
    store, pictures = RunStore(run), folder / "pictures.npy"
    image_set, _ = load_pictures(store.load_config().data, Display("en", quiet=True), is_split=True)
    np.save(pictures, image_set.pool.images)
    trials = store.load_model("study.json", StudyRecord).trials
    found = {}
    for spec in take_first(store.load_trial(trial).spec for trial in trials).values():
        model = run / "variants" / spec.variant.id / "model.onnx"
        measured = run / "trials" / spec.id / "predictions.npz"
        found[spec.variant.operator] = ask([*CHECK, str(model), str(measured), str(pictures)])
        print(spec.variant.operator, found[spec.variant.operator], flush=True)
    proof = ask([*poolbench, "verify", str(run), "--json"])
    return {
        "operators": len(found),
        "pictures_each": sorted({entry["pictures"] for entry in found.values()}),
        "wrong_labels": sum(entry["wrong"] for entry in found.values()),
        "equal_classes": sum(entry["equal"] for entry in found.values()),
        "largest_distance": max(entry["distance"] for entry in found.values()),
        "networks_seen": sorted({name for entry in found.values() for name in entry["networks"]}),
        "verified": proof["passed"],
        "each": found,
    }


def ask(command: list[str]) -> Any:
    """What a process says that has no network."""
    done = subprocess.run([*NO_NETWORK, *command], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def check(model: Path, measured: Path, pictures: Path) -> dict[str, Any]:
    """One exported model against what its trial measured."""
    with np.load(measured, allow_pickle=False) as arrays:
        index, expected = arrays["index"], arrays["logits"]
    logits, _ = load_model(model, num_threads=1).predict(np.load(pictures)[index])
    ordered = np.sort(expected, axis=1)
    return {
        "pictures": len(index),
        "wrong": count_wrong_labels(logits, expected),
        "equal": int((ordered[:, -1] - ordered[:, -2] <= LOGITS_TOLERANCE).sum()),
        "distance": float(np.abs(logits - expected).max()),
        "networks": read_networks(),
    }


def read_networks() -> list[str]:
    """What this process could reach others by."""
    lines = Path("/proc/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return sorted({line.split(":")[0].strip() for line in lines} - {"lo"})


if __name__ == "__main__":
    main()
