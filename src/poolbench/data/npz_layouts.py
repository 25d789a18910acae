"""Find which published layout the arrays of an npz file have, by their names."""

from collections.abc import Collection
from dataclasses import dataclass

from poolbench.errors import DataError

# Names of the arrays that hold class names, the first that is there.
CLASSES = ("classes", "class_names", "label_names")
_VALIDATION = ("val", "valid", "validation", "dev")


@dataclass(frozen=True)
class HalfArrays:
    """The names of the two arrays of a half; ``half`` is ``train``, ``val`` or ``test``."""

    half: str
    images: str
    labels: str


@dataclass(frozen=True)
class NpzLayout:
    """A layout, and the halves that a file has in it.

    Attributes:
        name: ``own``, ``keras`` or ``medmnist``.
        halves: The training half first; an array that a half lacks has its name all the same.
        classes: Name of the array of class names, if there is one.
    """

    name: str
    halves: tuple[HalfArrays, ...]
    classes: str | None

    @property
    def arrays(self) -> set[str]:
        """Return the names of all its arrays."""
        names = {name for half in self.halves for name in (half.images, half.labels)}
        return names | ({self.classes} if self.classes else set())


def find_layout(names: Collection[str], source: str) -> NpzLayout:
    """Find the layout of a file by the names of its arrays; upper and lower case are one.

    ``images`` and ``labels`` are poolbench's own. Keras saves its sets as ``x_train``, ``y_train``,
    ``x_test``, ``y_test``, MedMNIST as ``train_images``, ``train_labels``, and so on for ``val``
    and ``test``.

    Args:
        source: The file, for an error.

    Returns:
        Poolbench's own where nothing else is recognised.

    Raises:
        DataError: If a name stands there in several spellings, or two layouts do.
    """
    classes = next((name for name in CLASSES if name in names), None)
    if "images" in names or "labels" in names:
        return _make_own(names, classes)
    folded: dict[str, str] = {}
    for name in sorted(names):
        other = folded.setdefault(name.casefold(), name)
        if other != name and _is_known(name.casefold()):
            raise DataError("npz.spellings", path=source, first=other, second=name)
    found = {
        "keras": _find_halves(folded, "x_{half}", "y_{half}"),
        "medmnist": _find_halves(folded, "{half}_images", "{half}_labels"),
    }
    # A test half alone is no set, and poolbench's own layout may have one of that name too.
    found = {name: halves for name, halves in found.items() if halves and halves[0].half == "train"}
    if len(found) > 1:
        arrays = [half.images for halves in found.values() for half in halves]
        raise DataError("npz.layouts", path=source, arrays=arrays)
    for name, halves in found.items():
        return NpzLayout(name, halves, classes)
    return _make_own(names, classes)


def _make_own(names: Collection[str], classes: str | None) -> NpzLayout:
    halves = [HalfArrays("train", "images", "labels")]
    if "test_images" in names or "test_labels" in names:
        halves.append(HalfArrays("test", "test_images", "test_labels"))
    return NpzLayout("own", tuple(halves), "classes" if classes == "classes" else None)


def _is_known(name: str) -> bool:
    parts = set(name.split("_"))
    return len(parts) == 2 and bool(parts & {"x", "y", "images", "labels"})


def _find_halves(folded: dict[str, str], images: str, labels: str) -> tuple[HalfArrays, ...]:
    found = []
    for half, spellings in (("train", ("train",)), ("val", _VALIDATION), ("test", ("test",))):
        for spelling in spellings:
            keys = images.format(half=spelling), labels.format(half=spelling)
            if any(key in folded for key in keys):
                found.append(HalfArrays(half, *(folded.get(key, key) for key in keys)))
                break
    return tuple(found)
