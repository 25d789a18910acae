"""Store an image set as plain arrays in a folder, so that many processes share its memory."""

import json
from pathlib import Path

import numpy as np

from poolbench.data.image_set import Half, ImageSet

HALVES = ("pool", "test")
# File beside the arrays with the weights that networks begin with, where there are any.
WEIGHTS_FILE = "weights.safetensors"


def save_arrays(image_set: ImageSet, folder: Path) -> None:
    """Write an image set for :func:`open_arrays`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in HALVES:
        half: Half = getattr(image_set, name)
        np.save(folder / f"{name}-images.npy", half.images)
        np.save(folder / f"{name}-labels.npy", half.labels)
        if half.groups is not None:
            np.save(folder / f"{name}-groups.npy", half.groups)
    facts = {
        "source": image_set.source,
        "classes": image_set.classes,
        "has_official_test": image_set.has_official_test,
        "names": {name: getattr(image_set, name).names for name in HALVES},
    }
    (folder / "set.json").write_text(json.dumps(facts), encoding="utf-8")


def open_arrays(folder: Path) -> ImageSet:
    """Open the image set that was written there; its pictures are mapped, not read."""
    facts = json.loads((folder / "set.json").read_text(encoding="utf-8"))
    pool, test = (_open_half(folder, name, tuple(facts["names"][name])) for name in HALVES)
    return ImageSet(
        facts["source"], tuple(facts["classes"]), pool, test, facts["has_official_test"]
    )


def _open_half(folder: Path, name: str, names: tuple[str, ...]) -> Half:
    groups = folder / f"{name}-groups.npy"
    return Half(
        # Shared by all processes.
        np.load(folder / f"{name}-images.npy", mmap_mode="r", allow_pickle=False),
        np.load(folder / f"{name}-labels.npy", allow_pickle=False),
        names,
        np.load(groups, allow_pickle=False) if groups.is_file() else None,
    )
