"""Hold the pictures on the device, prepared once for all steps that will take them."""

import copy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from poolbench.config import Precision
from poolbench.data.augment import crop_pictures, gather, jitter_colors, mix_pictures, wipe_out
from poolbench.data.draws import Draws
from poolbench.evaluation.logits import PictureRows
from poolbench.models.rewrite import ChannelsLastLinear, StridedConv, TrainingForm
from poolbench.training.precision import DTYPES

# Bytes of prepared pictures that one process keeps; larger sets are prepared batch by batch.
MOST_PREPARED_BYTES = 1 << 29


@dataclass(frozen=True)
class Pictures:
    """One half of an image set on the device.

    Attributes:
        images: ``[N, H, W, 3]``, uint8 of 0–255 or, where ``prepare`` is ``None``, prepared.
        labels: int64 ``[N]``.
        prepare: What is still to be done to each batch that is taken.
        is_mapped: The images lie in a file that is too large to be held, of which the system holds
            what was read last.
    """

    images: Tensor
    labels: Tensor
    prepare: nn.Module | None = None
    is_mapped: bool = False

    def take(self, index: Tensor, draws: Draws | None = None) -> Tensor:
        """Return a batch, prepared and augmented by all that concerns one picture alone.

        Shape:
            int64 ``(B,) -> (B, 3, H, W)`` with the channels last in memory.
        """
        draws = draws or Draws()
        batch = gather(self.images, index, draws)
        if not batch.is_floating_point():
            batch = batch.float()
        if draws.crops is not None:
            batch = crop_pictures(batch, draws.crops).to(batch.dtype)
        if draws.colors is not None:
            batch = jitter_colors(batch, draws.colors)
        if self.prepare is not None:
            batch = self.prepare(batch)
        return batch if draws.holes is None else wipe_out(batch, draws.holes)


@dataclass(frozen=True)
class Targets:
    """What a batch of pictures shows.

    Attributes:
        labels: int64 ``[B]``, classes of the pictures themselves.
        others: int64 ``[B]``, classes of those that they are mixed with.
        shares: float32 ``[B]``, how much is left of the pictures themselves.
    """

    labels: Tensor
    others: Tensor | None = None
    shares: Tensor | None = None


def take_mixed(
    pictures: Pictures, index: Tensor, draws: Draws, part: slice = slice(None)
) -> tuple[Tensor, Targets]:
    """Return some pictures of a batch, fully augmented, and their targets.

    Args:
        index, draws: Those of the whole batch, where each picture's partner is.
        part: Which pictures of the batch.
    """
    mine = draws[part]
    images, labels = pictures.take(index[part], mine), pictures.labels[index[part]]
    if mine.partners is None or mine.opacities is None:
        return images, Targets(labels)
    partners = index[mine.partners]
    others = pictures.take(partners, draws[mine.partners])
    mixed, shares = mix_pictures(images, others, mine.opacities, mine.patches)
    return mixed, Targets(labels, pictures.labels[partners], shares)


@dataclass(frozen=True)
class Part:
    """Some of the pictures of a half.

    Attributes:
        index: int64 ``[n]``, positions in ``pictures``.
    """

    pictures: Pictures
    index: Tensor

    def __len__(self) -> int:
        return len(self.index)

    @property
    def labels(self) -> Tensor:
        """The class of each picture, int64 ``[n]``."""
        return self.pictures.labels[self.index]

    @property
    def rows(self) -> PictureRows:
        """All of its pictures as they are, to be taken a few at a time."""
        return PictureRows(self.pictures.images, self.index)


def choose_dtype(form: TrainingForm, precision: Precision) -> torch.dtype:
    """Return the format in which prepared pictures are kept: that of the layer which takes them."""
    first = form.body[0]
    multiplies = isinstance(first, (nn.Conv2d, nn.Linear, StridedConv, ChannelsLastLinear))
    return DTYPES[precision] if multiplies else torch.float32


@torch.no_grad()
def prepare_pictures(
    pictures: Pictures,
    form: TrainingForm,
    dtype: torch.dtype,
    most_bytes: int = MOST_PREPARED_BYTES,
) -> Pictures:
    """Return the pictures as ``form.body`` takes them.

    What ``form.prepare`` does to a pixel does not depend on where the pixel is, so it may be done
    before a batch is taken and moved; in a format of 16 bits the values are rounded here and not
    by the first layer.

    Args:
        pictures: As uint8.
        dtype: As :func:`choose_dtype` gives it.
        most_bytes: Larger sets are prepared batch by batch.
    """
    if form.prepare is None:
        return pictures
    if pictures.images.numel() * dtype.itemsize > most_bytes:
        return replace(pictures, prepare=form.prepare)
    images = torch.empty(pictures.images.shape, dtype=dtype, device=pictures.images.device)
    prepare = copy.deepcopy(form.prepare)
    parts = zip(torch.split(images, 1024), torch.split(pictures.images, 1024), strict=True)
    for target, source in parts:
        target.copy_(prepare(source.permute(0, 3, 1, 2).float()).permute(0, 2, 3, 1))
    return Pictures(images, pictures.labels)
