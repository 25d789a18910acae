"""Remember which pictures weights were trained on, in the file's own metadata.

A picture is named by the beginning of the hash of its pixels as they were given, so that it is
known again at every size, under every name and in every list.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.data.image_set import Half
from poolbench.models.transfer import read_facts

# Key in that metadata.
SEEN = "poolbench.seen"
# Bytes of each hash: two of a million pictures are mistaken for each other once in thirty million
# sets.
_BYTES = 8
_KIND = f"S{_BYTES}"


@dataclass(frozen=True)
class Seen:
    """What weights were trained on.

    Attributes:
        pictures: Sorted, each once.
        is_all: Whether nothing else was; not so where they began with weights of which that is not
            known.
    """

    pictures: NDArray[np.bytes_]
    is_all: bool = True

    def count_in(self, half: Half) -> int:
        """Count the pictures of a half that were trained on."""
        return int(np.isin(_name(half), self.pictures).sum())

    def add(self, before: "Seen | None") -> "Seen":
        """Add what was seen before; ``None``: nobody knows what that was."""
        if before is None:
            return Seen(self.pictures, is_all=False)
        return Seen(np.union1d(self.pictures, before.pictures), self.is_all and before.is_all)

    def make_metadata(self) -> dict[str, str]:
        """Make what :func:`read_seen` finds in a safetensors file."""
        # Zeros at the end are no part of NumPy's strings.
        names = b"".join(name.ljust(_BYTES, b"\0") for name in self.pictures.tolist())
        values = {"pictures": base64.b64encode(names).decode(), "is_all": self.is_all}
        return {SEEN: json.dumps(values)}


def see(half: Half) -> Seen:
    """Return what weights have seen that were trained on all of a half."""
    return Seen(np.unique(_name(half)))


def read_seen(path: Path) -> Seen | None:
    """Read what the weights of a safetensors file were trained on; ``None``: it does not say."""
    try:
        return _parse(read_facts(path)[SEEN])
    # Anybody may have written the file.
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _parse(text: str) -> Seen:
    values: Any = json.loads(text)
    names = base64.b64decode(values["pictures"], validate=True)
    return Seen(np.unique(np.frombuffer(names, dtype=_KIND)), bool(values["is_all"]))


def _name(half: Half) -> NDArray[np.bytes_]:
    return half.compute_digests().astype(_KIND)
