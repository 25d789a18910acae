"""The predictions of a network, in float32."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

# Pixels at a time: 16 pictures of 32x32, which stay in the cache. Fixed, since sums in another
# order may differ in the last bit, and in pixels, so that memory does not grow with the size of
# the pictures.
BATCH_PIXELS = 16 * 32 * 32
# So many times as many on a CUDA device, which a few pictures leave idle.
CUDA_BATCHES = 64


@torch.no_grad()
def compute_logits(network: nn.Module, images: Tensor) -> NDArray[np.float32]:
    """Logits ``[n, classes]`` in evaluation mode, float32.

    Args:
        images: uint8 or float ``[n, 3, H, W]``, 0–255, on the network's device.
    """
    training = network.training
    network.eval()
    with _exact_float32(images.is_cuda):
        batches = [network(batch.float()).float().cpu() for batch in split_batches(images)]
    network.train(training)
    result: NDArray[np.float32] = torch.cat(batches).numpy()
    return result


def split_batches(images: Tensor) -> tuple[Tensor, ...]:
    """Pictures ``[n, 3, H, W]`` in parts of a bounded number of pixels."""
    pixels = BATCH_PIXELS * (CUDA_BATCHES if images.is_cuda else 1)
    size = max(1, pixels // (images.shape[2] * images.shape[3]))
    return torch.split(images, size)


@contextmanager
def _exact_float32(is_cuda: bool) -> Iterator[None]:
    """cuDNN may round the factors of a convolution to 10 bits (TF32) unless it is told not to."""
    before = torch.backends.cudnn.allow_tf32
    if is_cuda:
        torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        if is_cuda:
            torch.backends.cudnn.allow_tf32 = before
