"""What an image set is asked for, and the class that every kind of image set extends."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from poolbench.errors import DataError, UsageError
from poolbench.files import expand_home

if TYPE_CHECKING:
    # The command line lists the kinds in its help, which does not wait for NumPy.
    from poolbench.config import Fit
    from poolbench.data.image_set import ImageSet
    from poolbench.data.listing import Listing


@dataclass(frozen=True)
class ImageSetRequest:
    """What a person asked of an image set.

    Attributes:
        argument: What stands after the colon of ``--data``: a path, or a name; empty without one.
        data_file: A file that is there already, for a kind with ``takes_data_file``.
        may_download: Whether it may be fetched.
        groups: As in :class:`poolbench.config.DataConfig`, for a kind that has such ``groups``.
        image_size, fit: The side that the images will be brought to (``None``: their own, or a
            common one) and how. A kind need not look at them.
        on_progress: Called with a step (``download`` in bytes, ``read``, ``decode``), how much of
            it is done and how much there is (0: not known).
    """

    argument: str = ""
    data_file: Path | None = None
    may_download: bool = False
    groups: str | None = None
    image_size: int | None = None
    fit: "Fit" = "squash"
    on_progress: Callable[[str, int, int], None] = lambda step, done, total: None

    @property
    def path(self) -> Path:
        """Return the argument as a path, a leading ``~`` expanded.

        Raises:
            DataError: If there is no such home folder.
        """
        try:
            return expand_home(self.argument)
        except UsageError as error:
            raise DataError(error.code, **error.values) from None


class ImageSetSource(ABC):
    """A kind of image set: what stands before the colon of ``--data``.

    Attributes:
        argument: What stands after the colon, such as ``PATH``; empty where nothing does.
        suffixes: The endings of the files that it reads, in small letters, for a person who names
            such a file without the kind.
        takes_data_file: Whether ``--data-file`` may be given with it.
        groups: The kinds of ``--groups`` that it knows: ``subfolder``, ``name``, ``column``.
        checks_pixels: Whether to tell of images that show nothing, or nearly nothing.
    """

    argument: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ()
    takes_data_file: ClassVar[bool] = False
    groups: ClassVar[tuple[str, ...]] = ()
    checks_pixels: ClassVar[bool] = True

    @abstractmethod
    def read(self, request: ImageSetRequest) -> "ImageSet | Listing":
        """Read the set: images in memory, or a list of files that are decoded afterwards.

        All classes, at any size: classes are chosen, images brought to one size and a test half
        put aside (where ``has_official_test`` is false and ``test`` empty) afterwards.

        Raises:
            DataError: If the images are missing or broken.
        """

    def is_own_file(self, path: Path) -> bool:
        """Return whether a file that somebody names without the kind is for it."""
        return path.suffix.lower() in self.suffixes

    def is_own_folder(self, path: Path) -> bool:
        """Return whether a folder that somebody names without the kind is for it."""
        return False

    def count_known(self) -> Mapping[str, tuple[int, int]] | None:
        """Return what is known before the images are there: of each class, pool and test half.

        Returns:
            Class names in label order; ``None``: :meth:`read` tells.
        """
        return None

    def make_aliases(self, classes: Sequence[str]) -> Mapping[str, str]:
        """Return other names by which classes may be chosen: alias to class name."""
        return {}
