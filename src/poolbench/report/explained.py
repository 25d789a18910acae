"""Read ``best/explain.npz`` for the report; what is in it stands with who writes it.

See :mod:`poolbench.export.explanation`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolbench.errors import RunError
from poolbench.files import parse_json
from poolbench.rundir.files import EXPLANATION
from poolbench.rundir.store import RunStore
from poolbench.texts.told import find_reason


@dataclass(frozen=True)
class Explained:
    """Arrays and facts about them.

    Attributes:
        arrays: Arrays by name.
        facts: What stood beside them as JSON.
    """

    arrays: dict[str, NDArray[Any]]
    facts: dict[str, Any]

    @property
    def has_shift(self) -> bool:
        """Whether pictures were moved."""
        return bool(self.arrays["shift_counts"].any())

    @property
    def has_landscape(self) -> bool:
        """Whether there is a loss around the network."""
        return bool(np.isfinite(self.arrays["landscape_losses"]).sum() > 1)


def read_explained(store: RunStore) -> Explained | None:
    """Read the explanation; ``None`` where a run has none, as older runs do not.

    Raises:
        RunError: If the file is broken.
    """
    if not store.has(EXPLANATION):
        return None
    try:
        arrays = store.read_arrays(EXPLANATION)
        facts = parse_json(arrays.pop("facts").tobytes())
        found = Explained(arrays, facts)
        _ = found.has_shift, found.has_landscape, facts["variants"], facts["classes"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        path = store.path / EXPLANATION
        raise RunError("run.unread", path=path, reason=find_reason(error)) from None
    return found
