"""A folder of pictures, with a folder for each class."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.listing import Listing


class Folder(ImageSetSource):
    """``PATH/<class>/*``, or ``PATH/train/<class>/*`` with ``test`` beside it."""

    argument: ClassVar[str] = "PATH"
    groups: ClassVar[tuple[str, ...]] = ("subfolder", "name")

    def is_own_folder(self, path: Path) -> bool:
        return True

    def read(self, request: ImageSetRequest) -> "Listing":
        from poolbench.data.folder import scan_folder

        return scan_folder(request.path, request.groups)


IMAGE_SETS = {"folder": Folder()}
