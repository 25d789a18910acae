"""Remember how fast trials were on this machine, so that a study need not measure it again."""

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from poolbench.data.cache import get_cache_folder
from poolbench.executors.base import Measurer, OnMeasured, ignore_measured
from poolbench.records import Speed, TrialSpec
from poolbench.system import replace_file

FOLDER = "speeds"
# Another program may have slowed a measurement down: it is taken again after a week.
MOST_AGE_SECONDS = 7 * 24 * 3600.0
# A file of this folder holds seven numbers.
_MOST_BYTES = 10_000


class RememberingMeasurer:
    """Measures what is not known yet, and keeps it in the cache folder.

    Not for a study with a time limit, which goes by what is measured now, nor for a cluster.

    Args:
        measurer: Of this machine.
        pictures: In the training pool: what is done once for all of them takes its time too.
    """

    def __init__(self, measurer: Measurer, pictures: int) -> None:
        self.machine = measurer.machine
        self._measurer = measurer
        self._pictures = pictures

    def measure(
        self, specs: Sequence[TrialSpec], on_measured: OnMeasured = ignore_measured
    ) -> dict[str, Speed]:
        """See :class:`~poolbench.executors.base.Measurer`."""
        places = {spec.id: self._locate(spec) for spec in specs}
        known = {name: speed for name, place in places.items() if (speed := _read(place))}
        # All of a study at once, under one load: what is fastest is chosen by comparing them.
        if len(known) < len(specs):
            known = self._measurer.measure(specs, on_measured)
            for name, speed in known.items():
                _keep(places[name], speed)
        return known

    def fit(self, speeds: Sequence[Speed]) -> int:
        """See :class:`~poolbench.executors.base.Measurer`."""
        return self._measurer.fit(speeds)

    def _locate(self, spec: TrialSpec) -> Path:
        """Return where the speed of such trials lies; which of them it is does not matter."""
        alike = spec.model_copy(update={"repeat": 0, "fold": 0, "seed": 0, "manifest_hash": ""})
        facts = [alike.digest, self.machine.code, self.machine.workers, self._pictures]
        name = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
        return get_cache_folder() / FOLDER / f"{name}.json"


def _read(place: Path) -> Speed | None:
    with suppress(OSError, ValidationError, UnicodeDecodeError):
        state = place.stat()
        if time.time() - state.st_mtime < MOST_AGE_SECONDS and state.st_size < _MOST_BYTES:
            return Speed.model_validate_json(place.read_bytes())
    return None


def _keep(place: Path, speed: Speed) -> None:
    """Write a speed; where the cache cannot be written, it is measured again the next time."""
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        replace_file(place, speed.model_dump_json().encode())
