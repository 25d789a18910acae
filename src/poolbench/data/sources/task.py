"""Known-answer pictures, for which theory says which operator wins."""

from typing import TYPE_CHECKING, ClassVar

from poolbench.data.sources._base import ImageSetRequest, ImageSetSource

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet


class KnownAnswer(ImageSetSource):
    """One of the tasks of :mod:`poolbench.data.tasks`, by its name."""

    argument: ClassVar[str] = "NAME"
    checks_pixels: ClassVar[bool] = False

    def read(self, request: ImageSetRequest) -> "ImageSet":
        from poolbench.data.tasks import get_task

        return get_task(request.argument).make()


IMAGE_SETS = {"task": KnownAnswer()}
