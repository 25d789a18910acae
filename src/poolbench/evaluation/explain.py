"""Show what a network looks at, and what the operator at its first site does to a picture."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from poolbench.evaluation.logits import split_batches
from poolbench.models import SITE
from poolbench.models.swap import SwappedConv

SHOWN_CHANNELS = 4
# Pixels of a map's longer side; larger maps are shrunk, since a report shows them no larger.
MOST_PIXELS = 64


@dataclass(frozen=True)
class GradCam:
    """Where a network finds what speaks for a class.

    Attributes:
        layer: The name of the module whose output was weighed.
        map_size: Height and width of that output.
        heat: float32 ``[n, H, W]``, 0–1: each picture's largest value is 1, or all are 0.
    """

    layer: str
    map_size: tuple[int, int]
    heat: NDArray[np.float32]


def compute_grad_cam(
    network: nn.Module, images: Tensor, classes: NDArray[np.int64]
) -> GradCam | None:
    """Compute Grad-CAM of the last feature map of at least 2x2, resized bilinearly to the pictures.

    Args:
        network: A network in evaluation mode.
        images: uint8 ``[n, 3, H, W]``, 0–255, at least one.
        classes: int64 ``[n]``, what is explained of each picture.

    Returns:
        ``None`` if the network has no such map.

    Reference:
        Selvaraju 2017, arXiv:1610.02391.
    """
    parts = []
    start = 0
    for batch in split_batches(images):
        wanted = torch.from_numpy(classes[start : start + len(batch)])
        part = _explain_batch(network, batch.float(), wanted.to(batch.device))
        if part is None:
            return None
        parts.append(part)
        start += len(batch)
    return replace(parts[0], heat=np.concatenate([part.heat for part in parts]))


def _explain_batch(network: nn.Module, images: Tensor, classes: Tensor) -> GradCam | None:
    with _watch_maps(network) as last:
        # So that every map has a gradient, also in a network whose first layers are frozen.
        logits = network(images.requires_grad_())
    if last.maps is None:
        return None
    score = logits.gather(1, classes[:, None]).sum()
    (gradient,) = torch.autograd.grad(score, last.maps)
    heat = _make_heat(last.maps.detach(), gradient, (images.shape[2], images.shape[3]))
    map_size = (last.maps.shape[2], last.maps.shape[3])
    return GradCam(last.layer, map_size, heat.cpu().numpy())


def _make_heat(maps: Tensor, gradient: Tensor, size: tuple[int, int]) -> Tensor:
    weights = gradient.mean((2, 3), keepdim=True)
    heat = F.relu((weights * maps).sum(1, keepdim=True))
    heat = F.interpolate(heat, size, mode="bilinear", align_corners=False)[:, 0]
    largest = heat.amax((1, 2), keepdim=True)
    return heat / torch.where(largest > 0, largest, 1.0)


@dataclass
class _LastMap:
    """The last feature map that was seen in a pass."""

    layer: str = ""
    maps: Tensor | None = None


@contextmanager
def _watch_maps(network: nn.Module) -> Iterator[_LastMap]:
    """Keep the last map; what comes before all parameters is still the picture."""
    last = _LastMap()
    has_parameters = False

    def make_hook(name: str):  # type: ignore[no-untyped-def]
        def keep(module: nn.Module, _: object, output: object) -> None:
            nonlocal has_parameters
            has_parameters |= any(True for _ in module.parameters(recurse=False))
            is_map = isinstance(output, Tensor) and output.dim() == 4 and min(output.shape[2:]) > 1
            if has_parameters and is_map:
                last.layer, last.maps = name, output  # type: ignore[assignment]

        return keep

    handles = [
        part.register_forward_hook(make_hook(name)) for name, part in network.named_modules()
    ]
    try:
        yield last
    finally:
        for handle in handles:
            handle.remove()


@dataclass(frozen=True)
class SiteMaps:
    """Feature maps before and after an operator, of the channels that vary most after it.

    Attributes:
        site: The name of the module.
        channels: At most 4, the one that varies most first.
        before: float32 ``[channels, H, W]``, at most 64x64 pixels, like ``after``.
        before_size, after_size: Height and width in the network.
    """

    site: str
    channels: tuple[int, ...]
    before: NDArray[np.float32]
    after: NDArray[np.float32]
    before_size: tuple[int, int]
    after_size: tuple[int, int]


@torch.no_grad()
def compute_site_maps(network: nn.Module, image: Tensor) -> SiteMaps | None:
    """Return what goes into the first site that a picture comes to, and what comes out of it.

    Where a strided convolution is the operator, the map before it is what that convolution gives
    without its stride.

    Args:
        network: A network in evaluation mode, as it is written (no training form).
        image: uint8 ``[1, 3, H, W]``, 0–255.

    Returns:
        ``None`` if the network has no site.
    """
    seen: list[tuple[str, nn.Module, Tensor, Tensor]] = []

    def make_hook(name: str):  # type: ignore[no-untyped-def]
        def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            if not seen:
                # Copies, since a later layer may work in place.
                seen.append((name, module, inputs[0].clone(), output.clone()))

        return keep

    handles = [site.register_forward_hook(make_hook(name)) for name, site in _list_sites(network)]
    try:
        network(image.float())
    finally:
        for handle in handles:
            handle.remove()
    if not seen:
        return None
    name, module, before, after = seen[0]
    if isinstance(module, nn.Conv2d):
        before = _remove_stride(module)(before)
    return _choose_channels(name, before[0], after[0])


def _list_sites(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    for name, module in network.named_modules():
        if name.rpartition(".")[2] == SITE:
            # A pooling layer that is used several times has an operator for each use.
            several = module.children() if isinstance(module, nn.ModuleDict) else (module,)
            yield from ((name, operator) for operator in several)
        elif getattr(module, "is_site", False) and not isinstance(module, SwappedConv):
            yield name, module


def _remove_stride(conv: nn.Conv2d) -> nn.Conv2d:
    full = copy.deepcopy(conv)
    full.stride = (1, 1)
    return full


def _choose_channels(site: str, before: Tensor, after: Tensor) -> SiteMaps:
    spread = after.flatten(1).var(1, correction=0)
    channels = spread.argsort(descending=True, stable=True)[:SHOWN_CHANNELS]
    return SiteMaps(
        site=site,
        channels=tuple(channels.tolist()),
        before=_shrink(before[channels]),
        after=_shrink(after[channels]),
        before_size=(before.shape[1], before.shape[2]),
        after_size=(after.shape[1], after.shape[2]),
    )


def _shrink(maps: Tensor) -> NDArray[np.float32]:
    """Shrink maps by the means of areas, so that the longer side has at most 64 pixels."""
    height, width = maps.shape[1:]
    factor = min(1.0, MOST_PIXELS / max(height, width))
    size = max(1, round(height * factor)), max(1, round(width * factor))
    small: NDArray[np.float32] = F.adaptive_avg_pool2d(maps, size).cpu().numpy()
    return small
