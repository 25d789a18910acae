"""Arrays in a NumPy archive."""

from typing import TYPE_CHECKING, ClassVar

from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet


class Npz(ImageSetSource):
    """Arrays ``images`` and ``labels``, or named as by Keras or MedMNIST."""

    argument: ClassVar[str] = "PATH"
    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    def read(self, request: ImageSetRequest) -> "ImageSet":
        from poolbench.data.npz_set import load_npz

        return load_npz(request.path)


IMAGE_SETS = {"npz": Npz()}
