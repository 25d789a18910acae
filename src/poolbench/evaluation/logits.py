"""Compute the predictions of a network, in float32."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.data.image_set import Images

# Pixels at a time: 16 pictures of 32x32, which stay in the cache. Fixed, since sums in another
# order may differ in the last bit, and in pixels, so that memory does not grow with the size of
# the pictures.
BATCH_PIXELS = 16 * 32 * 32
# Multiple of that on a CUDA device, which a few pictures leave idle.
CUDA_BATCHES = 64


@dataclass(frozen=True)
class PictureRows:
    """Pictures of a tensor that are taken when they are asked for.

    Attributes:
        images: uint8 ``[N, H, W, 3]``, 0–255.
        index: int64 ``[n]``.
    """

    images: Tensor
    index: Tensor

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, chosen: Tensor) -> "PictureRows":
        return PictureRows(self.images, self.index[chosen])

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape ``[n, 3, H, W]``, as of a tensor."""
        height, width = self.images.shape[1:3]
        return len(self), 3, height, width

    @property
    def device(self) -> torch.device:
        """Device of the pictures."""
        return self.images.device

    def split(self, size: int) -> Iterator[Tensor]:
        """Yield so many pictures at a time, ``[size, 3, H, W]``."""
        for part in torch.split(self.index, size):
            yield self.images[part].permute(0, 3, 1, 2)


def to_tensor(images: Images) -> Tensor:
    """Return pictures as networks take them: ``[n, H, W, 3]`` becomes ``[n, 3, H, W]``."""
    return torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)


@torch.no_grad()
def compute_logits(network: nn.Module, images: Tensor | PictureRows) -> NDArray[np.float32]:
    """Compute the logits ``[n, classes]`` in evaluation mode, float32.

    Args:
        images: uint8 or float ``[n, 3, H, W]``, 0–255, on the network's device.
    """
    training = network.training
    network.eval()
    with _exact_float32(images.device.type == "cuda"):
        batches = [network(batch.float()).float().cpu() for batch in split_batches(images)]
    network.train(training)
    result: NDArray[np.float32] = torch.cat(batches).numpy()
    return result


def split_batches(images: Tensor | PictureRows) -> Iterable[Tensor]:
    """Split pictures ``[n, 3, H, W]`` into parts of a bounded number of pixels."""
    pixels = BATCH_PIXELS * (CUDA_BATCHES if images.device.type == "cuda" else 1)
    size = max(1, pixels // (images.shape[2] * images.shape[3]))
    return images.split(size)


@contextmanager
def _exact_float32(is_cuda: bool) -> Iterator[None]:
    """Keep cuDNN from rounding the factors of a convolution to 10 bits (TF32)."""
    before = torch.backends.cudnn.allow_tf32
    if is_cuda:
        torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        if is_cuda:
            torch.backends.cudnn.allow_tf32 = before
