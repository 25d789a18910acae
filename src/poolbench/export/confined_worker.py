"""Run the process that strangers' models and pictures are confined to.

``python -m poolbench.export.confined_worker``, begun by :mod:`poolbench.export.confined`, answers
what it is asked on standard input. Before each answer it takes the bounds of memory and time that
came with the question. What a task needs is imported when it is first asked for, and before it is
bounded.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from poolbench.config import Fit
from poolbench.errors import DataError
from poolbench.export.confined import Arrays, receive, send
from poolbench.system import (
    ignore_interrupt,
    leave_no_core,
    limit_memory,
    limit_seconds,
)
from poolbench.texts.told import tell_in_every_way

Answer = tuple[dict[str, Any], Arrays]
Facts = dict[str, Any]
# Most bytes of the text of a question; it comes from this program.
_MOST_TEXT_BYTES = 1 << 30
# Bytes for the stack of each thread that ONNX Runtime begins: one for each core.
_STACK_BYTES = 1 << 24


class Worker:
    """Answers, and what it has opened."""

    def __init__(self) -> None:
        self._models: dict[int, Any] = {}
        self._count = 0
        self._is_bounded: bool | None = None

    def answer(self, facts: Facts, arrays: Arrays) -> Answer:
        """Return what the named task says; refusals too are answers."""
        for number in facts["forgotten"]:
            self._models.pop(number, None)
        tasks: dict[str, Callable[[Facts, Arrays], Answer]] = {
            "check": self._check,
            "read_weights": self._read_weights,
            "open": self._open,
            "predict": self._predict,
            "measure": self._measure,
            "prepare": self._prepare,
        }
        try:
            return tasks[facts["task"]](facts, arrays)
        except DataError as error:
            return _refuse(error, getattr(error, "reason", None)), ()
        except MemoryError:
            size = facts["memory_bytes"]
            return _refuse(DataError("model.memory", path=facts["name"], size=size), "broken"), ()

    def _check(self, facts: Facts, arrays: Arrays) -> Answer:
        from poolbench.export.check_model import check_content

        _bound(facts)
        check_content(arrays[0].tobytes(), facts["name"])
        return {}, ()

    def _read_weights(self, facts: Facts, arrays: Arrays) -> Answer:
        import onnx

        from poolbench.export.check_model import check_content

        _bound(facts)
        proto = check_content(arrays[0].tobytes(), facts["name"])
        found = {value.name: onnx.numpy_helper.to_array(value) for value in proto.graph.initializer}
        # NumPy has no name for other kinds.
        known = {name: array for name, array in found.items() if array.dtype.kind in "fiub"}
        return {"names": list(known)}, list(known.values())

    def _open(self, facts: Facts, arrays: Arrays) -> Answer:
        from poolbench.export.opened import bound_memory, open_model

        _bound(facts)
        if self._is_bounded is None:
            self._is_bounded = bound_memory(facts["free_bytes"])
        content = arrays[0].tobytes()
        model = open_model(content, facts["name"], facts["num_threads"], self._is_bounded)
        self._count += 1
        self._models[self._count] = model
        return {"number": self._count, **model.describe()}, ()

    def _predict(self, facts: Facts, arrays: Arrays) -> Answer:
        _bound(facts)
        return {}, self._models[facts["number"]].run(arrays[0])

    def _measure(self, facts: Facts, arrays: Arrays) -> Answer:
        _bound(facts)
        sizes = (facts[name] for name in ("height", "width", "warm_up", "calls"))
        return {"measured": self._models[facts["number"]].measure(*sizes)}, ()

    def _prepare(self, facts: Facts, arrays: Arrays) -> Answer:
        """Turn a picture file into the picture as a network sees it."""
        from PIL import Image

        from poolbench.data.decode import decode_content
        from poolbench.data.resize_array import resize_array

        Image.init()
        _bound(facts)
        height, width = facts["size"]
        fit: Fit = facts["fit"]
        image = decode_content(arrays[0].tobytes())
        return {}, [np.ascontiguousarray(resize_array(image, (height, width), fit))]


def _refuse(error: DataError, reason: object) -> Facts:
    return {"refused": tell_in_every_way(error), "reason": reason}


def _bound(facts: Facts) -> None:
    cores = os.cpu_count() or 1
    limit_memory(facts["memory_bytes"] + _STACK_BYTES * cores)
    limit_seconds(int(facts["seconds"]) * cores)


def main() -> None:
    """Answer until nobody is there who asks."""
    ignore_interrupt()
    leave_no_core()
    # What a library prints would be taken for an answer.
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    send(answers, {"ready": True})
    worker = Worker()
    while True:
        try:
            facts, arrays = receive(sys.stdin.buffer, _MOST_TEXT_BYTES)
            answer = worker.answer(facts, arrays)
            # The next question has bounds of its own.
            limit_memory(None)
            send(answers, *answer)
        except (EOFError, BrokenPipeError):
            return


if __name__ == "__main__":
    main()
