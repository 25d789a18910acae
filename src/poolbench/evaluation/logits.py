"""The predictions of a network, in float32."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

# Fixed, since sums in another order may differ in the last bit.
BATCH = 128


@torch.no_grad()
def compute_logits(network: nn.Module, images: Tensor) -> NDArray[np.float32]:
    """Logits ``[n, classes]`` in evaluation mode, float32.

    Args:
        images: uint8 or float ``[n, 3, H, W]``, 0–255, on the network's device.
    """
    training = network.training
    network.eval()
    batches = [network(batch.float()).float().cpu() for batch in torch.split(images, BATCH)]
    network.train(training)
    result: NDArray[np.float32] = torch.cat(batches).numpy()
    return result
