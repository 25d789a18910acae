"""Pack and check what the files of a run hold: arrays, weights, models, tables."""

import csv
import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from safetensors.numpy import load, save

from poolbench.errors import RunError
from poolbench.records import SCHEMA_VERSION
from poolbench.texts import Phrase
from poolbench.texts.plain import escape_formula, make_plain

Arrays = Mapping[str, NDArray[Any]]


def check_schema(path: Path, values: object) -> None:
    """Check that this poolbench knows what a JSON file of a run says.

    Raises:
        RunError: If it was written by a newer one, or its version is no number from 1 on.
    """
    version = values.get("schema_version", 1) if isinstance(values, dict) else 1
    if type(version) is not int or version < 1:
        raise RunError("run.bad-schema", path=path, found=str(version))
    if version > SCHEMA_VERSION:
        raise RunError("run.newer", path=path, found=version, most=SCHEMA_VERSION)


def check_predictions(arrays: Arrays) -> None:
    """Check that there is one answer for each picture.

    Raises:
        ValueError: If it is not so.
    """
    kinds = {name: (arrays[name].dtype.kind, arrays[name].ndim) for name in arrays}
    if kinds != {"index": ("i", 1), "labels": ("i", 1), "logits": ("f", 2)}:
        raise ValueError(Phrase("fault.predictions"))
    counts = {len(array) for array in arrays.values()}
    if len(counts) > 1 or 0 in arrays["logits"].shape:
        raise ValueError(Phrase("fault.prediction-counts"))
    labels = arrays["labels"]
    if labels.min() < 0 or labels.max() >= arrays["logits"].shape[1] or arrays["index"].min() < 0:
        raise ValueError(Phrase("fault.prediction-range"))


def pack_arrays(arrays: Arrays) -> bytes:
    """Pack arrays as the content of an npz file, without pickled objects."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def pack_weights(weights: Arrays) -> bytes:
    """Pack arrays as the content of a safetensors file."""
    # safetensors writes memory as it lies, and convolutions may lie with the channels last. Not by
    # ascontiguousarray, which makes a row of a single number.
    packed: bytes = save({name: np.asarray(value, order="C") for name, value in weights.items()})
    return packed


def unpack_weights(content: bytes) -> dict[str, NDArray[Any]]:
    """Unpack the arrays of a safetensors file, by name.

    Raises:
        ValueError: If it is none, or holds numbers of a kind that NumPy does not have.
    """
    try:
        weights: dict[str, NDArray[Any]] = load(content)
    except Exception as error:
        # safetensors has one of its own, and hands on what NumPy says of bfloat16 and 8-bit floats.
        raise ValueError(str(error)) from None
    # Packages that bring such numbers make them known to all that runs in the same process.
    foreign = sorted({str(value.dtype) for value in weights.values() if value.dtype.isbuiltin == 2})
    if foreign:
        raise ValueError(Phrase("fault.foreign-numbers", kinds=foreign))
    return weights


def pack_sums(files: Mapping[str, bytes]) -> bytes:
    """Return what sha256sum prints of files with these names and contents."""
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()


def pack_model(model: BaseModel) -> bytes:
    """Pack a model as the content of a JSON file."""
    return (model.model_dump_json(indent=1) + "\n").encode()


def neutralize(cell: object) -> object:
    """Return what a spreadsheet shows as it is: a name that looks like a formula stays text."""
    return escape_formula(make_plain(cell)) if isinstance(cell, str) else cell


def pack_table(columns: tuple[str, ...], rows: list[Any]) -> bytes:
    """Pack rows as the content of a CSV file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue().encode()
