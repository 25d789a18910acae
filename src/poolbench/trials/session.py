"""What the trials of one process share: pictures on the device, weights, and threads."""

import hashlib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load
from torch import Tensor

from poolbench.config import Precision
from poolbench.data.image_set import Half, ImageSet
from poolbench.errors import UsageError
from poolbench.files import hash_file
from poolbench.models.rewrite import TrainingForm
from poolbench.models.transfer import load_weights
from poolbench.training.graphs import Convolution
from poolbench.training.pictures import (
    MOST_PREPARED_BYTES,
    Part,
    Pictures,
    choose_dtype,
    prepare_pictures,
)
from poolbench.training.slices import Lanes
from poolbench.trials.checkpoints import Checkpoints

HalfName = Literal["pool", "test"]


class Session:
    """Keeps what would otherwise be done again for each trial of a process.

    Args:
        image_set: The pictures of the study.
        device: Where networks are trained.
        lanes: Threads that share the work on a batch; they do not change a result.
        weights: The file of weights that networks begin with, or its contents.
        checkpoints: Where unfinished trainings are kept; ``None``: nowhere.

    Attributes:
        convolutions: The faster kind of convolution in a stack, by variant id.
        tables_seconds: Seconds for the tables of a trial, which are alike for all variants;
            ``None``: not measured yet.
    """

    def __init__(
        self,
        image_set: ImageSet,
        device: str = "cpu",
        lanes: Lanes | None = None,
        weights: Path | bytes | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self.image_set = image_set
        self.weights = weights
        self.checkpoints = checkpoints
        self.device = device
        self.lanes = lanes or Lanes()
        self.convolutions: dict[str, Convolution] = {}
        self.tables_seconds: float | None = None
        self._loaded: Mapping[str, Tensor] | None = None
        self._pictures: dict[HalfName, Pictures] = {}
        self._prepared: dict[HalfName, tuple[str, Pictures]] = {}

    def set_lanes(self, count: int) -> None:
        """Share the work on a batch among this many threads from now on."""
        if self.lanes.count != count:
            self.lanes.close()
            self.lanes = Lanes(count)

    def load_weights(self, sha256: str) -> Mapping[str, Tensor]:
        """Return the weights that networks begin with, which are read once.

        Raises:
            UsageError: If there are none, or others than the trial names.
        """
        if self._loaded is None:
            if self.weights is None or _hash(self.weights) != sha256:
                raise UsageError("trial.other-weights")
            if isinstance(self.weights, bytes):
                self._loaded = load(self.weights)
            else:
                self._loaded = load_weights(self.weights)
        return self._loaded

    def get_half(self, name: HalfName) -> Half:
        """Return one half of the image set."""
        half: Half = getattr(self.image_set, name)
        return half

    def get_pictures(self, name: HalfName) -> Pictures:
        """Return the pictures of a half, unchanged, on the device."""
        if name not in self._pictures:
            half = self.get_half(name)
            images, labels = _wrap(half.images), _wrap(half.labels)
            self._pictures[name] = Pictures(
                images.to(self.device),
                labels.to(self.device),
                is_mapped=(
                    self.device == "cpu"
                    and isinstance(half.images, np.memmap)
                    and half.images.nbytes > MOST_PREPARED_BYTES
                ),
            )
        return self._pictures[name]

    def prepare(
        self, name: HalfName, form: TrainingForm, precision: Precision, *, late: bool = False
    ) -> Pictures:
        """Return the pictures of a half as ``form.body`` takes them; the latest are kept.

        Args:
            late: Prepare each batch when it is taken, after its colours were changed.
        """
        if form.prepare is None:
            return self.get_pictures(name)
        dtype = choose_dtype(form, precision)
        key = f"{_describe(form, dtype)} {late}"
        if name not in self._prepared or self._prepared[name][0] != key:
            self._prepared.pop(name, None)
            raw = self.get_pictures(name)
            most = 0 if late else MOST_PREPARED_BYTES
            self._prepared[name] = key, prepare_pictures(raw, form, dtype, most)
        return self._prepared[name][1]

    def make_part(self, pictures: Pictures, index: NDArray[np.int64]) -> Part:
        """Return some of the pictures of a half, by position."""
        return Part(pictures, torch.from_numpy(index).to(self.device))


def _describe(form: TrainingForm, dtype: torch.dtype) -> str:
    assert form.prepare is not None
    digest = hashlib.sha256(f"{type(form.prepare).__qualname__} {dtype}".encode())
    for name, value in form.prepare.state_dict().items():
        digest.update(name.encode() + value.cpu().numpy().tobytes())
    return digest.hexdigest()


def _wrap(array: NDArray[Any]) -> Tensor:
    """Return a tensor that shares the memory of an array, to be read and never written."""
    with warnings.catch_warnings():
        # Pictures that all processes of a machine share are read-only, which torch has no word for.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


def _hash(weights: Path | bytes) -> str:
    if isinstance(weights, bytes):
        return hashlib.sha256(weights).hexdigest()
    return hash_file(weights)
