"""The loaders that meet files of strangers, each as a function of bytes, and seeds for them.

A target returns, or raises a ``PoolbenchError``; whatever else comes out of it is a bug.
"""

import copy
import gzip
import io
import json
import math
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from PIL import Image

from poolbench import config, records
from poolbench.data import cache, cifar, decode, npz_set
from poolbench.rundir.store import RunStore
from poolbench.training import recipes

# Everything that a loader may look at lies here; a file system in memory where there is one.
_MEMORY = "/dev/shm"
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-", dir=_MEMORY if Path(_MEMORY).is_dir() else None))
# Pillow loads its formats when they are first needed: here, where their code is watched.
Image.init()
# What a trial and its cache read are named after.
_TRIAL, _CACHED = "trial", "cached"
# What a file of a run is read as: by its first byte.
MODELS = (
    records.TrialRecord,
    records.TrialTiming,
    records.DataRecord,
    records.StudyRecord,
    records.VerdictRecord,
    records.PlanRecord,
    records.FinalRecord,
    records.StudyTiming,
    records.VerificationReport,
)


_METRICS = {
    "count": 1, "accuracy": 1, "nll": 0.1, "calibration_error": 0, "macro_f1": 1,
    "confusion": [[1]], "report": {"a": {"precision": 1}},
}  # fmt: skip
EXAMPLES: dict[type, Any] = {
    records.TrialTiming: {"train_seconds": 1, "wall_seconds": 2, "peak_memory_bytes": 3},
    records.StudyRecord: {"trials": ["a"], "final": "a", "files": {"best/a": "00"}},
    records.PlanRecord: {"trials": ["a"], "may_end_early": False, "schema_version": 2},
    records.FinalRecord: {"trial": "a", "variant": "b", "test": _METRICS},
    records.TrialRecord: {
        "id": "a", "train": _METRICS, "held_out": _METRICS,
        "overfit": {"gap": 0, "loss_rise": 0, "loss_minimum_epoch": 1},
        "best_epoch": {"epoch": 1, "accuracy": 1},
        "shift": {"pixels": [0], "accuracy": [1], "consistency": [1]},
        "cost": {"parameters": 1, "multiply_adds": 1, "conv_multiply_adds": 1},
        "spec": {
            "variant": {
                "operator": "max", "backbone": "lab",
                "recipe": recipes.LAB.model_dump(mode="json"),
            },
            "split": "fold", "repeat": 0, "fold": 0, "folds": 5, "seed": 0,
            "manifest_hash": "0", "num_classes": 2, "image_size": [8, 8],
            "conditions": {
                "device": "cpu", "precision": "float32", "threads": 1, "rewrites": True,
                "poolbench": "1", "torch": "2", "fingerprint": "0",
            },
        },
    },
}  # fmt: skip
_HEADER = {
    "weight": {"dtype": "F32", "shape": [1, 3], "data_offsets": [0, 12]},
    "bias": {"dtype": "F32", "shape": [1], "data_offsets": [12, 16]},
}
_DTYPES = ("BOOL", "U64", "F16", "BF16", "F64", "C64", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F4")
ODD_VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 99, 10**30, 0.5, math.inf, math.nan, "", "a", "2", "\ud800", "a\0b"),
    *(1, 2, 3, 4, 6, 12, 16, *_DTYPES, "0" * 5000, [], [[]], {}, {"a": 1}, {"\ud800": []}),
)


@dataclass(frozen=True)
class Target:
    """A loader to be fuzzed.

    Attributes:
        load: What is fuzzed.
        make_seeds: Files that can be read, to begin with.
        words: What is put into files beside single bytes.
    """

    load: Callable[[bytes], object]
    make_seeds: Callable[[], list[bytes]]
    words: Callable[[], list[str]] = list


def load_config(data: bytes) -> None:
    """A config, which may name the recipe file that lies beside it."""
    recipe = FOLDER / "own.toml"
    if not recipe.exists():
        recipe.write_text(recipes.load_recipe_text("lab"), encoding="utf-8")
    config.dump_config(config.load_config(_write("config.toml", data)))


def make_configs() -> list[bytes]:
    whole = config.StudyConfig(own_recipes=tuple(recipes.list_recipes()), margin_points=0.5)
    short = (
        'preset = "thorough"\nrecipes = ["own.toml", "quick"]\n[[own_recipes]]\nname = "own"\n',
        'repeats = "auto"\ntime_limit_seconds = "1h30m"\nvary = ["batch"]\n',
        '[data]\nsource = "folder:a"\ngroups = "name:^(a+)-"\nclasses = ["a", "é"]\n',
    )
    nested = f"a = {'[' * 5000}"
    return [text.encode() for text in (config.dump_config(whole), *short, nested)]


def list_config_words() -> list[str]:
    names = [*config.StudyConfig.model_fields, *config.RecipeConfig.model_fields]
    return [*names, *config.DataConfig.model_fields, "own.toml", '"""', "[[", "0x", "1e9", "inf"]


def load_record(data: bytes) -> None:
    """A JSON file of a run: as it is, or a good one with values changed as the bytes say."""
    model = MODELS[data[0] % len(MODELS)] if data else MODELS[0]
    is_changed = model in EXAMPLES and data[:1] >= b"\x80"
    _write("record.json", change_example(EXAMPLES[model], data[1:]) if is_changed else data[1:])
    RunStore(FOLDER).load_model("record.json", model)


def change_example(example: object, data: bytes) -> bytes:
    """JSON with a value changed for every two bytes: which, and into what."""
    # A mutation of JSON as text is hardly ever JSON, and the reader, in C, does not say how near.
    root = copy.deepcopy([example])
    for which, what in zip(data[::2], data[1::2], strict=False):
        places = list(_list_places(root))
        holder, key = places[which % len(places)]
        holder[key] = copy.deepcopy(ODD_VALUES[what % len(ODD_VALUES)])
    return json.dumps(root[0]).encode()


def _list_places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a tree of lists and dicts, as what holds it and its key there."""
    keys = node if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], dict | list):
            yield from _list_places(node[key])


def make_records() -> list[bytes]:
    plain = [bytes([MODELS.index(model)]) for model in EXAMPLES]
    changed = [bytes([128 + (MODELS.index(model) - 128) % len(MODELS)]) for model in EXAMPLES]
    texts = [json.dumps(example).encode() for example in EXAMPLES.values()]
    nested = [b"\0" + b"[" * 5000, b'\0{"schema_version": 99}']
    return [first + text for first, text in zip(plain, texts, strict=True)] + changed + nested


def list_record_words() -> list[str]:
    return sorted({f'"{name}":' for model in MODELS for name in model.model_fields})


def load_npz(data: bytes) -> None:
    """An image set, and the arrays of a trial."""
    _write(f"trials/{_TRIAL}/predictions.npz", data)
    try:
        npz_set.load_npz(FOLDER / "trials" / _TRIAL / "predictions.npz")
    finally:
        RunStore(FOLDER).load_arrays(_TRIAL, "predictions")


def make_archives_of_arrays() -> list[bytes]:
    images = np.zeros((2, 2, 2, 3), np.uint8)
    grey, labels, names = images[..., 0], np.arange(2), np.array(["a", "b"])
    return [
        _pack(np.savez, images=images, labels=labels, classes=names),
        _pack(np.savez_compressed, images=grey, labels=labels.astype(np.uint8)),
        _pack(np.savez, images=grey, labels=labels, test_images=grey, test_labels=labels),
    ]


def load_image(data: bytes) -> None:
    """A picture that someone gives to the page, and one in a folder."""
    decode.decode_content(data)
    decode.read_picture_size(_write("picture", data))


def make_pictures() -> list[bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 4), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    found = []
    for name in decode._list_formats():
        for mode in ("RGB", "RGBA", "P", "L", "I;16"):
            buffer = io.BytesIO()
            try:
                picture = Image.fromarray(pixels, "RGBA").convert(mode)
                picture.save(buffer, name, exif=exif.tobytes())
            except (OSError, ValueError, KeyError):  # a format that has no such mode, or no writer
                continue
            found.append(buffer.getvalue())
    return found


def load_archive(data: bytes) -> None:
    """An archive of CIFAR-100 by the person's hand, and arrays in the cache folder."""
    if data[:2] == b"PK":
        _write(f"cache/arrays/{_CACHED}.npz", data)
        cache.load_arrays(_CACHED)
    else:
        os.environ["POOLBENCH_CACHE"] = str(FOLDER / "cache")
        cifar.load_cifar(cifar.CIFAR100, _write("cifar.tar", data))


def make_archives() -> list[bytes]:
    os.environ["POOLBENCH_CACHE"] = str(FOLDER / "cache")
    cache.save_arrays(_CACHED, {"labels": np.arange(2)})
    plain = [_pack_members(format_) for format_ in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)]
    packed = gzip.compress(plain[0], mtime=0)
    return [*plain, packed, (FOLDER / "cache" / "arrays" / f"{_CACHED}.npz").read_bytes()]


def load_weights(data: bytes) -> None:
    """Weights to begin with, which a network takes over, and those of a trial."""
    from poolbench.models.transfer import load_weights, transfer

    if data[:1] >= b"\x80":
        header = change_example(_HEADER, data[1:])
        data = len(header).to_bytes(8, "little") + header + bytes(16)
    path = _write(f"trials/{_TRIAL}/weights.safetensors", data)
    try:
        transfer(_make_network(), load_weights(path))
    finally:
        RunStore(FOLDER).load_weights(_TRIAL)


def make_weights() -> list[bytes]:
    row = np.arange(3, dtype=np.float32)
    kinds = (np.float32, np.float64, np.float16, np.int64, np.uint8, np.bool_)
    return [b"\x80"] + [
        safetensors.numpy.save({"weight": row[None].astype(kind), "bias": row[:1].astype(kind)})
        for kind in kinds
    ]


def _make_network() -> Any:
    from torch import nn

    return nn.Linear(3, 1)


def _write(name: str, data: bytes) -> Path:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _pack(save: Callable[..., None], **content: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    save(buffer, **content)
    return buffer.getvalue()


def _pack_members(format_: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format_) as archive:
        for name in ("meta", "train", "test", "é" * 80):
            member = tarfile.TarInfo(f"{cifar.CIFAR100.folder}/{name}")
            member.size = 3
            archive.addfile(member, io.BytesIO(b"\x80\x02N"))
    return buffer.getvalue()


TARGETS = {
    "config": Target(load_config, make_configs, list_config_words),
    "record": Target(load_record, make_records, list_record_words),
    "npz": Target(load_npz, make_archives_of_arrays),
    "image": Target(load_image, make_pictures),
    "archive": Target(load_archive, make_archives),
    "weights": Target(load_weights, make_weights, lambda: list(_DTYPES)),
}
