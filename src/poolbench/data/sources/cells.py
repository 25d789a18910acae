"""The built-in image set of a first run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from poolbench.data.names import build_aliases
from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet


class Cells(ImageSetSource):
    """Blood cells, one of them with a dark mark or none, drawn by the program."""

    checks_pixels: ClassVar[bool] = False

    def read(self, request: ImageSetRequest) -> "ImageSet":
        from poolbench.data.cells import load_cells

        return load_cells()

    def make_aliases(self, classes: Sequence[str]) -> Mapping[str, str]:
        return build_aliases(classes)


IMAGE_SETS = {"cells": Cells()}
