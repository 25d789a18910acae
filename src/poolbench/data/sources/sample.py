"""The built-in image set."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from poolbench.data.names import build_aliases
from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet


class Sample(ImageSetSource):
    """Four kinds of fruit, drawn by the program."""

    checks_pixels: ClassVar[bool] = False

    def read(self, request: ImageSetRequest) -> "ImageSet":
        from poolbench.data.sample import load_sample

        return load_sample()

    def make_aliases(self, classes: Sequence[str]) -> Mapping[str, str]:
        return build_aliases(classes)


IMAGE_SETS = {"sample": Sample()}
