"""Set what a network begins with, beside random values, and which part of it is trained."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from poolbench.config import TrainedPart
from poolbench.errors import UsageError
from poolbench.models._registry import SITE, Network

# Constant added to the variances by which whitening divides, as in Jordan 2024 (arXiv:2404.00498).
WHITENING_EPSILON = 5e-4
# Number of pixels that are enough for whitening: a patch has some dozen values.
WHITENING_PIXELS = 1 << 18


@torch.no_grad()
def make_dirac(network: Network) -> None:
    """Let convolutions begin as the identity, as far as they have channels for it.

    The first one, which sees pixels, and what is inside a site stay as they are, and so do those
    with fewer outputs than inputs, groups, or no middle (Zagoruyko 2017, arXiv:1706.00388), and
    those whose values are kept.
    """
    for conv in list(_list_convolutions(network))[1:]:
        if _is_kept(network, conv):
            continue
        odd = all(side % 2 for side in conv.kernel_size)
        if conv.groups == 1 and odd and conv.out_channels >= conv.in_channels:
            # PyTorch cannot do it in place where the channels lie last.
            identity = torch.empty(conv.in_channels, *conv.weight.shape[1:])
            conv.weight[: conv.in_channels] = nn.init.dirac_(identity)


@torch.no_grad()
def whiten_first(network: Network, images: Tensor) -> None:
    """Let the first convolution begin with the whitening of the patches that it sees.

    Its first filters become the eigenvectors of the patches' covariance, each divided by its
    deviation, the largest first, and once more with the other sign (Jordan 2024,
    arXiv:2404.00498); filters for which there is no eigenvector left keep their values, and so
    does a convolution that begins with weights of a custom network.

    Args:
        images: float ``[n, 3, H, W]``, 0–255, of the training part alone.

    Raises:
        UsageError: If the network has no convolution that sees the pixels' three channels.
    """
    conv = next(_list_convolutions(network), None)
    if conv is None or conv.in_channels != 3 or conv.groups != 1 or conv.dilation != (1, 1):
        raise UsageError("start.no-convolution")
    if _is_kept(network, conv):
        return
    size = conv.kernel_size
    patches = F.unfold(_find_input(network, conv, images).double(), size).transpose(1, 2)
    values = patches.flatten(0, 1)
    covariance = values.T @ values / len(values)
    variances, vectors = torch.linalg.eigh(covariance.cpu())
    # Largest first; of a vector's two signs the one whose largest entry is above zero.
    vectors, variances = vectors.T.flip(0), variances.flip(0)
    largest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    filters = vectors * largest.sign() / (variances[:, None] + WHITENING_EPSILON).sqrt()
    count = min(conv.out_channels // 2, len(filters))
    filters = filters[:count].view(count, 3, *size).to(conv.weight)
    conv.weight[:count], conv.weight[count : 2 * count] = filters, -filters


def freeze(network: Network, part: TrainedPart) -> None:
    """Keep all as it is but a part at the end of the network, and what is at its sites.

    Raises:
        UsageError: If the network has no such part.
    """
    if part == "all":
        return
    stages = _list_stages(network)
    kept = 1 if part == "head" else 2
    if len(stages) <= kept:
        raise UsageError("start.nothing-kept", part=part, layers=len(stages))
    for stage in stages[:-kept]:
        for name, parameter in stage.named_parameters():
            parameter.requires_grad_(SITE in name.split("."))


def _list_stages(network: nn.Module) -> list[nn.Module]:
    """List the parts of a network with parameters, in the order in which it names them."""
    stages = [
        layer
        for name, layer in network.named_children()
        if name != SITE and next(layer.parameters(), None) is not None
    ]
    # A custom network stands in ours as one layer.
    is_wrapped = len(stages) == 1 and next(stages[0].children(), None) is not None
    return _list_stages(stages[0]) if is_wrapped else stages


def _list_convolutions(network: nn.Module) -> Iterator[nn.Conv2d]:
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d) and SITE not in name.split("."):
            yield module


def _is_kept(network: Network, layer: nn.Module) -> bool:
    own = {id(value) for value in layer.parameters(recurse=False)}
    return any(
        id(value) in own for name, value in network.named_parameters() if name in network.kept
    )


def _find_input(network: Network, conv: nn.Conv2d, images: Tensor) -> Tensor:
    """Return what the convolution sees of these pictures."""
    seen: list[Tensor] = []
    handle = conv.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    was_training = network.training
    try:
        network.eval()(images)
    finally:
        handle.remove()
        network.train(was_training)
    return seen[0]
