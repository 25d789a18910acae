"""A folder of pictures: a folder for each class, a list, or the files of a published set."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet
    from poolbench.data.listing import Listing


class Folder(ImageSetSource):
    """``PATH/<class>/*``, ``PATH/train/<class>/*``, a list in it, or files as of MNIST, STL-10."""

    argument: ClassVar[str] = "PATH"
    groups: ClassVar[tuple[str, ...]] = ("subfolder", "name")

    def is_own_folder(self, path: Path) -> bool:
        return True

    def is_own_file(self, path: Path) -> bool:
        from poolbench.data.idx_set import is_idx_name
        from poolbench.data.stl import is_stl_name

        return is_idx_name(path) or is_stl_name(path)

    def read(self, request: ImageSetRequest) -> "ImageSet | Listing":
        from poolbench.data.folder_forms import read_folder

        return read_folder(request.path, request.groups)


IMAGE_SETS = {"folder": Folder()}
