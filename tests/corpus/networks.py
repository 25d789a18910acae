"""Pictures so small that a network's maps end before its operators do."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from corpus.case import Box, Case
from corpus.pictures import save_npz

GROUP = "networks"
MODULE = """
import torch
from torch import nn

from poolbench.errors import ShapeError


class Wide(nn.Module):
    '''Takes maps of at least nine pixels.'''

    def __init__(self, channels, *, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        if min(x.shape[2:]) < 9:
            raise ShapeError(f'Wide needs at least 9 pixels, got {list(x.shape[2:])}.')
        return x[..., :: self.stride, :: self.stride]


class Unfolded(Wide):
    '''Says what torch says.'''

    def forward(self, x):
        return nn.functional.avg_pool2d(x, 9, self.stride)


class Fails(Wide):
    def forward(self, x):
        return 1 / 0


def deep(num_classes):
    stages = []
    for _ in range(4):
        stages += [nn.Conv2d(3, 3, 3, padding=1), nn.MaxPool2d(2)]
    return nn.Sequential(*stages, nn.Flatten(), nn.LazyLinear(num_classes))


def fixed(num_classes):
    pool = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2))
    return nn.Sequential(pool, nn.Flatten(), nn.Linear(4 * 16 * 16, num_classes))


def unpadded(num_classes):
    pool = nn.Sequential(nn.Conv2d(3, 4, 7), nn.MaxPool2d(2))
    return nn.Sequential(pool, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, num_classes))


def no_pool(num_classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, num_classes))


def headless(num_classes):
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2))


def no_module(num_classes):
    return 3


def raises(num_classes):
    raise RuntimeError('no weights\\x1b[31m')
"""
# In the working directory, where people keep their own.
NAME = "corpus_networks"
RUN = ("run", "--dry-run", "--data", "npz:{in}/set.npz")


def list_cases() -> Iterator[Case]:
    """All of them."""
    for backbone, sizes in {"lab-example": (4, 8, 12), "plain": (4,), "speed": (4,)}.items():
        for operator in ("blur", "max-blur", "avg-blur"):
            for size in sizes:
                options = ("--backbones", backbone, "--operators", operator)
                name = f"{operator}-in-{backbone}-at-{size}"
                yield _case(name, size, options, "was given a feature map of", "--image-size")
    shapes = {"plain-l4": "blur", "plain-k7": "max-blur", "plain-x2": "avg-blur"}
    for backbone, operator in shapes.items():
        options = ("--backbones", backbone, "--operators", operator)
        yield _case(f"{operator}-in-{backbone}-at-4", 4, options, "was given a feature map of")
    for name, (size, options, *words) in _list_own().items():
        yield _case(name, size, options, *words)


def _case(name: str, size: int, options: tuple[str, ...], *words: str) -> Case:
    return Case(GROUP, name, partial(_make, size=size), (*RUN, *options), 2, words)


def _make(box: Box, size: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (40, size, size, 3), dtype=np.uint8)
    box.write("set.npz", save_npz(images=images, labels=np.arange(40) % 2))
    (box.work / f"{NAME}.py").write_text(MODULE)


def _list_own() -> dict[str, tuple[Any, ...]]:
    """Networks and operators of one's own."""

    def name(operator: str, backbone: str = "lab-example") -> tuple[str, ...]:
        own = {"Wide", "Unfolded", "Fails"}
        operator = f"{NAME}:{operator}" if operator in own else operator
        backbone = backbone if backbone in ("lab-example", "lab") else f"{NAME}:{backbone}"
        return ("--backbones", backbone, "--operators", operator)

    found: dict[str, tuple[Any, ...]] = {
        "own-operator": (8, name("Wide"), "at least 9 pixels"),
        "own-operator-in-lab": (8, name("Wide", "lab"), "Wide.lab", "at least 9 pixels"),
        "own-operator-of-torch": (8, name("Unfolded"), "8x8 pixels"),
        "own-operator-fails": (32, name("Fails"), "Fails", "ZeroDivisionError"),
        "own-both": (8, name("Wide", "unpadded"), "Wide"),
        "other-size": (16, name("avg", "fixed"), "fixed", "16x16 pixels"),
        "no-pool": (32, name("avg", "no_pool"), "no max pooling"),
        "headless": (32, name("avg", "headless"), "headless"),
        "no-module": (32, name("avg", "no_module"), "no_module", "int"),
        "raises": (32, name("avg", "raises"), "raises", "no weights\\x1b[31m"),
    }
    for operator in ("stride", "max", "avg", "blur", "haar"):
        found[f"{operator}-in-deep-at-8"] = (8, name(operator, "deep"), "deep", "8x8 pixels")
        found[f"{operator}-in-unpadded-at-6"] = (6, name(operator, "unpadded"), "unpadded", "6x6")
    return found
