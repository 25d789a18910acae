"""Hold an opened model, in the process that strangers' models are confined to: ONNX Runtime."""

import json
import time
from typing import Any, get_args

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from poolbench.config import Fit
from poolbench.errors import DataError
from poolbench.export.check_model import check_content
from poolbench.export.predict import MOST_SIDE, Logits, compute_softmax, number_classes
from poolbench.texts.told import take_first_line

# Bounds of what a file may say of itself, before memory is taken for it.
MOST_CLASSES = 100_000
MOST_DESCRIPTION_BYTES = 32_000_000
# Highest of ONNX Runtime's five log levels: what it says of errors comes as an exception too.
_SILENT = 4


class OpenedModel:
    """A session; made by :func:`open_model`."""

    def __init__(self, session: Any, name: str) -> None:
        self._session = session
        self._name = name
        given = session.get_inputs()[0]
        self._input: str = given.name
        names = [output.name for output in session.get_outputs()]
        self._outputs = [names[0], *(name for name in names[1:] if name == "probabilities")]
        self._is_nchw = given.shape[1] == 3 and given.shape[3] != 3
        self._batch = given.shape[0] if isinstance(given.shape[0], int) else None
        self._metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        size = sum(len(key) + len(value) for key, value in self._metadata.items())
        if size > MOST_DESCRIPTION_BYTES:
            most = MOST_DESCRIPTION_BYTES
            raise DataError("model.long-description", path=name, size=size, most=most)
        self._classes = _read_classes(self._metadata, session.get_outputs()[0].shape[-1])
        self._size = _read_size(given.shape[2:]) if self._is_nchw else None

    def describe(self) -> dict[str, Any]:
        """Return what whoever opened it has to know."""
        fit = self._metadata.get("fit")
        return {
            "classes": self._classes,
            "metadata": self._metadata,
            "size": self._size,
            "fit": fit if fit in get_args(Fit) else "squash",
            "batch": self._batch,
        }

    def run(self, images: NDArray[Any]) -> tuple[Logits, Logits]:
        """Compute the logits and probabilities of one batch ``[B, H, W, 3]``.

        Raises:
            DataError: If the model fails, or its answers are none.
        """
        batch = images.astype(np.float32)
        if self._is_nchw:
            batch = np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
        try:
            results: list[Logits] = self._session.run(self._outputs, {self._input: batch})
        # ONNX Runtime raises a class of its own for each kind of failure, without a common base.
        except Exception as error:
            said = take_first_line(error)
            raise DataError("model.failed", path=self._name, said=said) from None
        logits = results[0]
        probabilities = results[1] if len(results) > 1 else compute_softmax(logits)
        expected = (len(images), len(self._classes) or logits.shape[-1])
        is_float = logits.dtype == probabilities.dtype == np.float32
        if not (is_float and logits.shape == probabilities.shape == expected):
            found, wanted = str(list(logits.shape)), str(list(expected))
            raise DataError("model.wrong-answer", path=self._name, found=found, expected=wanted)
        return logits, probabilities

    def measure(self, height: int, width: int, warm_up: int, calls: int) -> list[float]:
        """Measure the seconds of each call with one picture, after some that are not counted."""
        given = {self._input: np.zeros((1, height, width, 3), dtype=np.float32)}
        seconds = []
        for _ in range(warm_up + calls):
            started = time.perf_counter()
            self._session.run(None, given)
            seconds.append(time.perf_counter() - started)
        return seconds[warm_up:]


def bound_memory(most_bytes: int | None) -> bool:
    """Bound the memory of all models of this process; to be called once, before the first.

    A file of a few bytes may ask for any amount. ``False`` where it is not known how much there is.
    """
    if most_bytes is None:
        return False
    allocator, memory_type = onnxruntime.OrtAllocatorType, onnxruntime.OrtMemType
    memory = onnxruntime.OrtMemoryInfo("Cpu", allocator.ORT_ARENA_ALLOCATOR, 0, memory_type.DEFAULT)
    arena = onnxruntime.OrtArenaCfg({"max_mem": most_bytes})
    onnxruntime.create_and_register_allocator(memory, arena)
    return True


def open_model(content: bytes, name: str, num_threads: int, is_bounded: bool) -> OpenedModel:
    """Open what stands in a file.

    Args:
        name: What to call it in a message.
        num_threads: Number of threads that compute; 0: as many as ONNX Runtime thinks best.
        is_bounded: What :func:`bound_memory` said.

    Raises:
        DataError: If it is no ONNX model, asks for more than arithmetic (see
            :mod:`poolbench.export.check_model`), or does not take pictures.
    """
    check_content(content, name)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    if is_bounded:
        options.add_session_config_entry("session.use_env_allocators", "1")
    options.intra_op_num_threads = num_threads
    if num_threads:
        # Threads that wait in a loop for more work are no use to whoever counts them.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    # ONNX Runtime raises a class of its own for each kind of failure, without a common base.
    except Exception as error:
        raise DataError("model.not-loaded", path=name, said=take_first_line(error)) from None
    _check_interface(name, session)
    return OpenedModel(session, name)


def _check_interface(name: str, session: Any) -> None:
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
        raise DataError("model.wrong-interface", path=name, found=found, most=MOST_SIDE)


def _is_at_most(size: object, most: int) -> bool:
    """Return whether a fixed size is from 1 to ``most``; one that is not fixed is."""
    return not isinstance(size, int) or 1 <= size <= most


def _read_classes(metadata: dict[str, str], count: object) -> tuple[str, ...]:
    try:
        names = json.loads(metadata.get("classes", ""))
    # Lists within lists, too deep to be read.
    except (ValueError, RecursionError):
        names = None
    is_right_count = not isinstance(count, int) or (isinstance(names, list) and len(names) == count)
    # Not of parts that have parts again, whose names would have no end.
    is_plain = isinstance(names, list) and all(isinstance(name, str | int) for name in names)
    if names and is_plain and is_right_count:
        return tuple(str(name) for name in names)
    return number_classes(count) if isinstance(count, int) else ()


def _read_size(shape: list[object]) -> tuple[int, int] | None:
    height, width = shape
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None
