"""A list of pictures and their labels in a text file."""

from typing import TYPE_CHECKING, ClassVar

from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.listing import Listing


class Csv(ImageSetSource):
    """Columns ``path`` and ``label``, perhaps ``group`` and ``split``."""

    argument: ClassVar[str] = "FILE"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt")
    groups: ClassVar[tuple[str, ...]] = ("name", "column")

    def read(self, request: ImageSetRequest) -> "Listing":
        from poolbench.data.listing_csv import scan_csv

        return scan_csv(request.path, request.groups)


IMAGE_SETS = {"csv": Csv()}
