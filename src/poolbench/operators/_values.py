"""Read values whose bytes can be hashed as they are, and what is inside of wrappers."""

import io
import pickletools
import re
import threading
import types
import weakref
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from poolbench.texts import Phrase

Tokens = tuple[str | bytes, ...]

# Bytes of a value by its exact kind: a subclass has more to it.
LEAVES: dict[type, Callable[[Any], Tokens]] = {
    int: lambda value: (format(value, "x"),),
    str: lambda value: (value,),
    bytes: lambda value: (value,),
    bytearray: lambda value: (bytes(value),),
    memoryview: lambda value: (value.format, repr(value.shape), value.tobytes()),
    **dict.fromkeys(
        (
            *(bool, float, complex, type(None), type(...), type(NotImplemented)),
            *(torch.dtype, torch.device, torch.layout, torch.memory_format),
        ),
        lambda value: (repr(value),),
    ),
}
# Kinds that guard or remember, and hold nothing that a result is made of.
VALUELESS: tuple[type, ...] = (
    type(threading.Lock()),
    type(threading.RLock()),
    threading.Condition,
    threading.Event,
    threading.local,
    weakref.WeakKeyDictionary,
    weakref.WeakValueDictionary,
    weakref.WeakSet,
)
# Parts of a file by torch that change from one writing to the next.
_CHANGING = (".debug_pkl", "serialization_id", ".format_version")
# Mark of how often something of one name was compiled in this process.
_MANGLED = re.compile(rb"[./]?___torch_mangle_\d+")
# Compilers, whose functions keep what they compiled beside what they were made of.
_COMPILERS = frozenset(("numba", "triton"))


def describe_leaf(value: Any) -> tuple[Tokens, list[Any]] | None:
    """Return the bytes of a value, and parts that have to be described; ``None``: it is no leaf."""
    if isinstance(value, torch.jit.ScriptFunction | torch.jit.ScriptModule):
        return tuple(_read_script(value)), []
    if isinstance(value, torch.Tensor):
        return _read_tensor(value)
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return (repr(value.shape), str(value.dtype)), list(value.flat)
        parts = [np.ma.getmaskarray(value)] if isinstance(value, np.ma.MaskedArray) else []
        return (repr(value.shape), repr(value.dtype.descr), value.tobytes()), parts
    if isinstance(value, np.generic) and not isinstance(value, np.object_):
        return (repr(value.dtype), value.tobytes()), []
    if isinstance(value, np.dtype):
        return (repr(value),), []
    if isinstance(value, torch.Generator):
        return (), [value.get_state()]
    if isinstance(value, np.ufunc) and " (vectorized)" in value.__name__:
        raise TypeError(Phrase("fault.hidden-function"))
    if type(value).__module__ == "torch._ops":
        return (str(value),), []
    return None


def _read_tensor(tensor: torch.Tensor) -> tuple[Tokens, list[Any]] | None:
    facts = (str(tensor.dtype), repr(tuple(tensor.shape)), str(tensor.requires_grad))
    if tensor.layout != torch.strided:
        return (*facts, str(tensor.layout)), [tensor.detach().to_dense()]
    if tensor.is_meta or tensor.is_quantized:
        return (*facts, repr(tensor)), []
    plain = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().flatten()
    return (*facts, plain.view(torch.uint8).numpy().tobytes()), []


def _read_script(value: Any) -> Iterator[bytes]:
    """Yield the files of what ``torch.jit`` made, but for where its source stands."""
    buffer = io.BytesIO()
    if isinstance(value, torch.jit.ScriptFunction):
        buffer.write(value.save_to_buffer({}))
    else:
        torch.jit.save(value, buffer)
    with zipfile.ZipFile(buffer) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(_CHANGING):
                content = archive.read(name)
                if name.endswith(".pkl"):
                    # Names stand there with their lengths; taken apart, never unpickled.
                    content = repr([step[1] for step in pickletools.genops(content)]).encode()
                yield _MANGLED.sub(b"", name.partition("/")[2].encode())
                yield _MANGLED.sub(b"", content)


def unwrap(value: Any) -> Any:
    """Return what a cache or a compiler was put around; ``None``: it is no such wrapper."""
    module = type(value).__module__
    if module == "functools" and callable(getattr(value, "cache_parameters", None)):
        return value.__wrapped__, value.cache_parameters()
    if module.partition(".")[0] in _COMPILERS:
        for name in ("py_func", "fn"):
            inner = getattr(value, name, None)
            if isinstance(inner, types.FunctionType):
                return inner
    return None
