"""Predict with a saved model: NumPy and Pillow, and ONNX Runtime in a process of its own.

A model may be anybody's, so it is opened where it can do no harm: see
:mod:`poolbench.export.confined`. All models that a program opens share one such process, which is
begun with the first of them, and are opened again when it is lost.
"""

import hashlib
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poolbench.config import Fit
from poolbench.data.decode import decode_picture
from poolbench.errors import DataError
from poolbench.export.check_model import ask_about, read_content
from poolbench.export.confined import LostError, bound_by_free, get_confined
from poolbench.export.given import Given, make_batches
from poolbench.system import read_available_memory_bytes

Logits = NDArray[np.float32]

# Pictures of a batch, and pixels of all of them, so that memory grows with neither.
BATCH = 128
BATCH_PIXELS = 1 << 21
# Longest side of an exported model of one size.
MOST_SIDE = 8192
# Memory for a batch: what a large network takes, and what a value takes on its way through a
# resize.
RUN_BYTES = 4_000_000_000
BYTES_PER_VALUE = 32
# Time for an answer; the largest networks that are trained here take a hundredth of it.
RUN_SECONDS = 60.0
PICTURE_SECONDS = 1.0


class OnnxModel:
    """A saved model; made by :func:`load_model`.

    Attributes:
        classes: Class names in the order of the logits.
        metadata: What the file says about itself.
        size: Height and width of the input where they are fixed (layout ``nchw``), else ``None``.
    """

    def __init__(self, path: Path, num_threads: int) -> None:
        self._path = path
        self._num_threads = num_threads
        self._confined = get_confined()
        self._digest = b""
        self._life, self._number = 0, 0
        told = self._open()
        self.classes: tuple[str, ...] = tuple(told["classes"])
        self.metadata: dict[str, str] = told["metadata"]
        self.size: tuple[int, int] | None = told["size"] and tuple(told["size"])
        self.fit: Fit = told["fit"]
        self._batch: int = told["batch"] or BATCH

    def predict(self, images: Given) -> tuple[Logits, Logits]:
        """Predict the logits and probabilities ``[B, classes]``; one picture is a batch of one.

        A model of fixed size gets pictures of another size by Pillow's resize, which differs from
        the one in training by at most a level or two out of 255 and, for ``pad``, by up to half a
        pixel instead of the picture.

        Args:
            images: The path of a picture file; a picture of Pillow's; an array ``[H, W]``,
                ``[H, W, C]`` or ``[B, H, W, C]`` of 1 (grey), 3 (red, green, blue) or 4 channels
                (with alpha, laid on white), uint8 or another kind of number from 0 to 255; or a
                list of these, which may differ in size.

        Raises:
            DataError: If the model fails, takes too long or too much memory, or its answers are
                none; or if a file cannot be read as a picture.
            ShapeError: If the pictures have another shape.
            UsageError: If they are something else, or their values lie elsewhere.
        """
        batches = make_batches(images)
        answers = [self._predict_batch(batch.images) for batch in batches]
        logits, probabilities = (np.concatenate(part) for part in zip(*answers, strict=True))
        order = np.argsort(np.concatenate([batch.places for batch in batches]))
        return logits[order], probabilities[order]

    def _predict_batch(self, images: NDArray[Any]) -> tuple[Logits, Logits]:
        """Predict for pictures of one size, ``[B, H, W, 3]``."""
        if self.size is not None and images.shape[1:3] != self.size:
            images = np.stack([resize_picture(image, self.size, self.fit) for image in images])
        step = min(self._batch, max(1, BATCH_PIXELS // (images.shape[1] * images.shape[2])))
        parts = [self._run(images[start : start + step]) for start in range(0, len(images), step)]
        logits, probabilities = (np.concatenate(part) for part in zip(*parts, strict=True))
        return logits, probabilities

    def measure(self, height: int, width: int, warm_up: int, calls: int) -> list[float]:
        """Measure the seconds of each call with one picture, after some that are not counted."""
        facts = {"height": height, "width": width, "warm_up": warm_up, "calls": calls}
        memory = RUN_BYTES + BYTES_PER_VALUE * height * width * 3
        told, _ = self._ask("measure", facts, [], memory, RUN_SECONDS * (warm_up + calls))
        return [float(seconds) for seconds in told["measured"]]

    def _run(self, images: NDArray[Any]) -> tuple[Logits, Logits]:
        # Bytes are sent as bytes; the other side makes the same numbers of them.
        pictures = images if images.dtype == np.uint8 else images.astype(np.float32)
        memory = RUN_BYTES + BYTES_PER_VALUE * pictures.size
        seconds = RUN_SECONDS + PICTURE_SECONDS * len(pictures)
        _, (logits, probabilities) = self._ask("predict", {}, [pictures], memory, seconds)
        return logits, probabilities

    def _ask(
        self,
        task: str,
        facts: dict[str, Any],
        arrays: list[NDArray[Any]],
        memory_bytes: int,
        seconds: float,
    ) -> tuple[dict[str, Any], list[NDArray[Any]]]:
        with self._confined.hold():
            if not self._confined.is_alive_since(self._life):
                self._open()
            given = {"name": str(self._path), "number": self._number, **facts}
            given["memory_bytes"] = bound_by_free(memory_bytes)
            try:
                return self._confined.ask(task, given, arrays, seconds)
            except LostError as error:
                raise DataError("model.no-answer", path=self._path, reason=error.how) from None

    def _open(self) -> dict[str, Any]:
        """Open the model, or reopen it where the process was lost, over this model or another."""
        content = read_content(self._path)
        digest = hashlib.sha256(content).digest()
        if self._digest not in (b"", digest):
            raise DataError("model.changed", path=self._path)
        facts = {"num_threads": self._num_threads, "free_bytes": read_available_memory_bytes()}
        with self._confined.hold():
            told, _ = ask_about(self._confined, self._path, content, "open", facts)
            self._life, self._number, self._digest = self._confined.lives, told["number"], digest
        weakref.finalize(self, self._confined.forget, self._life, self._number)
        return told


def load_model(path: Path | str, num_threads: int = 0) -> OnnxModel:
    """Open a model file.

    Args:
        num_threads: Number of threads that compute; 0: as many as ONNX Runtime thinks best.

    Raises:
        DataError: If the file is missing, is no ONNX model, asks for more than arithmetic (see
            :mod:`poolbench.export.check_model`), or does not take pictures.
    """
    return OnnxModel(Path(path), num_threads)


def predict_file(model: OnnxModel, path: Path) -> dict[str, float]:
    """Predict the probability of each class name for one picture file.

    Raises:
        DataError: If it is no readable picture, or the model has no answer.
    """
    _, probabilities = model.predict(decode_picture(path)[None])
    if not np.isfinite(probabilities).all():
        raise DataError("model.not-finite", path=path)
    names = model.classes or number_classes(probabilities.shape[1])
    return dict(zip(names, probabilities[0].tolist(), strict=True))


def compute_softmax(logits: Logits) -> Logits:
    """Compute the probabilities ``[B, classes]``."""
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


def number_classes(count: int) -> tuple[str, ...]:
    """Return numbers from 0, for classes without names."""
    return tuple(str(number) for number in range(count))
