"""CIFAR-10 and CIFAR-100, as they were published."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from poolbench.data.names import CIFAR10_CLASSES, CIFAR100_CLASSES, build_aliases
from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.cifar import CifarFormat
    from poolbench.data.image_set import ImageSet

# Names of the archive and of the folder in it, as published.
_PUBLISHED = {
    "cifar10": ("cifar-10-python.tar.gz", "cifar-10-batches-py"),
    "cifar100": ("cifar-100-python.tar.gz", "cifar-100-python"),
}


class Cifar(ImageSetSource):
    """One of the two published sets; their classes are known before their pictures are there."""

    takes_data_file: ClassVar[bool] = True
    checks_pixels: ClassVar[bool] = False

    def __init__(self, name: str, classes: Sequence[str]) -> None:
        self.name = name
        self.classes = classes

    @property
    def published(self) -> "CifarFormat":
        """Return where the set lies and what is in it."""
        from poolbench.data.cifar import CIFAR10, CIFAR100

        return {"cifar10": CIFAR10, "cifar100": CIFAR100}[self.name]

    def read(self, request: ImageSetRequest) -> "ImageSet":
        from poolbench.data.cifar import load_cifar

        return load_cifar(
            self.published, request.data_file, request.may_download, request.on_progress
        )

    def is_own_file(self, path: Path) -> bool:
        archive, _ = _PUBLISHED[self.name]
        return path.name in (archive, archive.removesuffix(".gz"))

    def is_own_folder(self, path: Path) -> bool:
        _, inside = _PUBLISHED[self.name]
        return path.name == inside or (path / inside).is_dir()

    def count_known(self) -> Mapping[str, tuple[int, int]]:
        counts = self.published.count_per_class, self.published.test_per_class
        return dict.fromkeys(self.classes, counts)

    def make_aliases(self, classes: Sequence[str]) -> Mapping[str, str]:
        return build_aliases(classes)


IMAGE_SETS = {
    "cifar10": Cifar("cifar10", CIFAR10_CLASSES),
    "cifar100": Cifar("cifar100", CIFAR100_CLASSES),
}
