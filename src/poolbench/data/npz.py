"""The arrays of an npz file that may come from anybody; nothing in it is unpickled."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_arrays(path: Path, names: Collection[str] | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of an npz file, by name.

    Args:
        names: Those to read, as far as they are there; ``None``: all.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If anything is wrong with what is in it.
    """
    # Opened here: NumPy leaves a damaged file open.
    with path.open("rb") as file:
        try:
            stored = np.load(file, allow_pickle=False)
            if not isinstance(stored, np.lib.npyio.NpzFile):
                raise ValueError("it holds one array, not an archive of arrays")
            with stored:
                return {
                    name: stored[name] for name in stored.files if names is None or name in names
                }
        except Exception as error:
            # Archive, compression and headers of arrays each fail with many kinds of exception.
            raise ValueError(str(error) or type(error).__name__) from None
