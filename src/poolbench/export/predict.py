"""Predict with a saved model: ONNX Runtime, NumPy and Pillow, no torch."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

from poolbench.config import Fit
from poolbench.data.decode import decode_picture
from poolbench.errors import DataError, ShapeError
from poolbench.export.check_model import ADVICE, read_model
from poolbench.files import expand_home
from poolbench.system import read_available_memory_bytes

Logits = NDArray[np.float32]

# Pictures at a time, so that memory does not grow with their number.
BATCH = 128
# What a file may say of itself, before memory is taken for it.
MOST_CLASSES = 100_000
MOST_SIDE = 8192
# Of ONNX Runtime's five levels the highest: what it says of errors comes as an exception too.
_SILENT = 4


class OnnxModel:
    """A saved model; made by :func:`load_model`.

    Attributes:
        classes: Class names in the order of the logits.
        metadata: What the file says about itself.
        size: Height and width of the input where they are fixed (layout ``nchw``), else ``None``.
    """

    def __init__(self, session: Any, path: Path) -> None:
        self._session = session
        self._path = path
        given = session.get_inputs()[0]
        self._input: str = given.name
        names = [output.name for output in session.get_outputs()]
        self._outputs = [names[0], *(name for name in names[1:] if name == "probabilities")]
        self._is_nchw = given.shape[1] == 3 and given.shape[3] != 3
        self._batch = given.shape[0] if isinstance(given.shape[0], int) else BATCH
        self.metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        self.classes = _read_classes(self.metadata, session.get_outputs()[0].shape[-1])
        self.size = _read_size(given.shape[2:]) if self._is_nchw else None
        fit = self.metadata.get("fit")
        self.fit: Fit = cast(Fit, fit) if fit in get_args(Fit) else "squash"

    def predict(self, images: NDArray[Any]) -> tuple[Logits, Logits]:
        """Logits and probabilities ``[B, classes]``.

        A model of fixed size gets pictures of another size by Pillow's resize, which differs from
        the one in training by at most a level or two out of 255 and, for ``pad``, by up to half a
        pixel in the place of the picture.

        Args:
            images: uint8 or float ``[B, H, W, 3]``, 0–255.

        Raises:
            DataError: If the model fails, or its answers are none.
            ShapeError: If the pictures have another shape.
        """
        if images.ndim != 4 or images.shape[3] != 3 or min(images.shape) < 1:
            raise ShapeError(
                f"Pictures of shape {images.shape} cannot be classified: expected "
                "[batch, height, width, 3]."
            )
        if self.size is not None and images.shape[1:3] != self.size:
            images = np.stack([resize_picture(image, self.size, self.fit) for image in images])
        parts = [
            self._run(images[start : start + self._batch])
            for start in range(0, len(images), self._batch)
        ]
        logits, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
        return logits, probabilities

    def _run(self, images: NDArray[Any]) -> tuple[Logits, Logits]:
        pictures = images.astype(np.float32)
        if self._is_nchw:
            pictures = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
        try:
            results: list[Logits] = self._session.run(self._outputs, {self._input: pictures})
        # ONNX Runtime raises a class of its own for each kind of failure, without a common base.
        except Exception as error:
            raise DataError(
                f"{self._path} gives no answer: {_first_line(error)} {ADVICE}"
            ) from None
        logits = results[0]
        probabilities = results[1] if len(results) > 1 else compute_softmax(logits)
        expected = (len(images), len(self.classes) or logits.shape[-1])
        if not logits.shape == probabilities.shape == expected:
            raise DataError(
                f"{self._path} answers with {list(logits.shape)} numbers, expected "
                f"{list(expected)}: one for each picture and class. {ADVICE}"
            )
        return logits, probabilities


def load_model(path: Path | str, threads: int = 0) -> OnnxModel:
    """Open a model file.

    Args:
        threads: That compute; 0: as many as ONNX Runtime thinks best.

    Raises:
        DataError: If the file is missing, is no ONNX model, asks for more than arithmetic (see
            :mod:`poolbench.export.check_model`), or does not take pictures.
    """
    path = expand_home(path)
    content, _ = read_model(path)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    if _bound_memory():
        options.add_session_config_entry("session.use_env_allocators", "1")
    options.intra_op_num_threads = threads
    if threads:
        # Threads that wait in a loop for more work are no use to whoever counts them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    # ONNX Runtime raises a class of its own for each kind of failure, without a common base.
    except Exception as error:
        raise DataError(
            f"{path} is not an ONNX model that can be opened: {_first_line(error)} {ADVICE}"
        ) from None
    _check_interface(path, session)
    return OnnxModel(session, path)


def predict_files(model: OnnxModel, paths: Iterable[Path]) -> list[dict[str, float]]:
    """Class name to probability, for each picture file, in the order of the classes.

    Raises:
        DataError: If a file is no readable picture.
    """
    result = []
    for path in paths:
        _, probabilities = model.predict(decode_picture(path)[None])
        names = model.classes or _number_classes(probabilities.shape[1])
        result.append(dict(zip(names, probabilities[0].tolist(), strict=True)))
    return result


def compute_softmax(logits: Logits) -> Logits:
    """Probabilities ``[B, classes]``."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Logits = powers / powers.sum(axis=1, keepdims=True)
    return result


def resize_picture(image: NDArray[Any], size: tuple[int, int], fit: Fit) -> NDArray[np.uint8]:
    """Bring one picture ``[H, W, 3]`` to one size with Pillow, uint8."""
    picture = Image.fromarray(np.clip(np.rint(image), 0, 255).astype(np.uint8))
    height, width = size
    if fit == "squash":
        return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR))
    if fit == "crop":
        return np.asarray(_crop(picture, height, width))
    return np.asarray(_pad(picture, height, width))


def _crop(picture: Image.Image, height: int, width: int) -> Image.Image:
    scale = min(picture.height / height, picture.width / width)
    across, down = width * scale, height * scale
    left, top = (picture.width - across) / 2, (picture.height - down) / 2
    # Rounding may put an edge a hair outside, which Pillow refuses.
    right, bottom = min(left + across, picture.width), min(top + down, picture.height)
    box = (max(left, 0.0), max(top, 0.0), right, bottom)
    return picture.resize((width, height), Image.Resampling.BILINEAR, box=box)


def _pad(picture: Image.Image, height: int, width: int) -> Image.Image:
    scale = max(picture.height / height, picture.width / width)
    across = min(max(round(picture.width / scale), 1), width)
    down = min(max(round(picture.height / scale), 1), height)
    whole = Image.new("RGB", (width, height))
    smaller = picture.resize((across, down), Image.Resampling.BILINEAR)
    whole.paste(smaller, ((width - across) // 2, (height - down) // 2))
    return whole


@cache
def _bound_memory() -> bool:
    """All models of this process get no more memory than is free when the first is opened.

    A file of a few bytes may ask for any amount. ``False`` where the system does not tell.
    """
    free = read_available_memory_bytes()
    if free is None:
        return False
    kind, place = onnxruntime.OrtAllocatorType, onnxruntime.OrtMemType
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind.ORT_ARENA_ALLOCATOR, 0, place.DEFAULT)
    arena = onnxruntime.OrtArenaCfg({"max_mem": free})
    onnxruntime.create_and_register_allocator(memory, arena)
    return True


def _check_interface(path: Path, session: Any) -> None:
    given, outputs = session.get_inputs(), session.get_outputs()
    fits = (
        len(given) == 1
        and len(outputs) > 0
        and given[0].type == outputs[0].type == "tensor(float)"
        and len(given[0].shape) == 4
        and 3 in (given[0].shape[1], given[0].shape[3])
        and (given[0].shape[0] == 1 or not isinstance(given[0].shape[0], int))
        and all(_is_at_most(side, MOST_SIDE) for side in given[0].shape[1:])
        and len(outputs[0].shape) == 2
        and _is_at_most(outputs[0].shape[1], MOST_CLASSES)
    )
    if not fits:
        found = ", ".join(
            f"{value.name} {value.type} {value.shape}" for value in (*given, *outputs[:1])
        )
        raise DataError(
            f"{path} does not take pictures and give logits: it has {found}. Expected one "
            f"float input [batch, height, width, 3] or [batch, 3, height, width] of at most "
            f"{MOST_SIDE} pixels each way, and an output [batch, classes]."
        )


def _is_at_most(size: object, most: int) -> bool:
    """Whether a fixed size is from 1 to ``most``; one that is not fixed is."""
    return not isinstance(size, int) or 1 <= size <= most


def _read_classes(metadata: dict[str, str], count: object) -> tuple[str, ...]:
    try:
        names = json.loads(metadata.get("classes", ""))
    # Lists within lists, too deep to be read.
    except (ValueError, RecursionError):
        names = None
    is_right_count = not isinstance(count, int) or (isinstance(names, list) and len(names) == count)
    if isinstance(names, list) and names and is_right_count:
        return tuple(str(name) for name in names)
    return _number_classes(count) if isinstance(count, int) else ()


def _number_classes(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(count))


def _read_size(shape: list[object]) -> tuple[int, int] | None:
    height, width = shape
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
