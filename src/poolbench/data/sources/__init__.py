"""The kinds of image set, by their names on the command line.

One kind is one file of this folder with an :class:`ImageSetSource` in its ``IMAGE_SETS``, or an
entry point of an installed package; nothing else lists them. What needs NumPy is imported where
pictures are read, because ``--help`` looks into every file here.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from poolbench.data.sources._base import ImageSetRequest, ImageSetSource
from poolbench.errors import DataError, PoolbenchError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet
    from poolbench.data.listing import Listing

__all__ = [
    "ImageSetRequest",
    "ImageSetSource",
    "check_options",
    "find_image_set",
    "list_forms",
    "read_image_set",
]

# Entry-point group in a package's metadata: name = "package.module:Class", the name being the one
# for --data.
GROUP = "poolbench.image_sets"


def list_forms() -> list[str]:
    """List how the built-in kinds are named, such as ``folder:PATH``."""
    forms = [(bool(source.argument), _name_form(name)) for name, source in _load_built_in().items()]
    return [form for _, form in sorted(forms)]


def find_image_set(name: str) -> tuple[ImageSetSource, ImageSetRequest]:
    """Find the kind of an image set, and what its name asks of it.

    Args:
        name: As on the command line: ``sample``, ``folder:photographs``.

    Raises:
        UnknownNameError: With the nearest names.
        UsageError: If the kind comes from an installed package and cannot be loaded.
    """
    kind, colon, argument = name.partition(":")
    source = _load_built_in().get(kind) or _load_installed(kind)
    if source is None or bool(source.argument) != bool(argument) or bool(colon) != bool(argument):
        raise _explain_unknown(name)
    return source, ImageSetRequest(argument)


def check_options(name: str, has_data_file: bool, groups: str | None) -> None:
    """Check that an image set takes the options that were given with it.

    Raises:
        UsageError: If it does not; the message says which kinds do.
    """
    source, _ = find_image_set(name)
    built_in = _load_built_in()
    if has_data_file and not source.takes_data_file:
        owners = [kind for kind, known in built_in.items() if known.takes_data_file]
        raise UsageError(f"--data-file belongs to {' and '.join(owners)}, not to --data {name}.")
    form = (groups or "").partition(":")[0]
    if groups is not None and form not in source.groups:
        owners = [_name_form(kind) for kind, known in built_in.items() if form in known.groups]
        raise UsageError(
            f"--groups {groups} belongs to --data {' or '.join(owners)}, not to --data {name}."
        )


def read_image_set(source: ImageSetSource, request: ImageSetRequest) -> "ImageSet | Listing":
    """Read an image set; one from an installed package is held to the contract.

    Raises:
        DataError: If the pictures are missing or broken, or another package's code fails.
    """
    if type(source).__module__.startswith(f"{__name__}."):
        return source.read(request)
    from poolbench.data.image_set import ImageSet, list_faults
    from poolbench.data.listing import Listing

    kind = type(source).__name__
    try:
        found = source.read(request)
    except PoolbenchError:
        raise
    except Exception as error:
        # Another package's code may raise anything.
        raise DataError(f"{kind}.read failed ({type(error).__name__}: {error}).") from error
    if not isinstance(found, ImageSet | Listing):
        raise DataError(f"{kind}.read gave a {type(found).__name__}, no ImageSet and no Listing.")
    if isinstance(found, ImageSet) and (faults := list_faults(found)):
        raise DataError(f"{kind}.read gave a broken image set: {'; '.join(faults)}.")
    return found


@cache
def _load_built_in() -> dict[str, ImageSetSource]:
    """Load the kinds of this folder, by name."""
    names = [module.name for module in iter_modules(__path__) if not module.name.startswith("_")]
    files = [import_module(f"{__name__}.{name}") for name in names]
    return {kind: source for file in files for kind, source in file.IMAGE_SETS.items()}


def _list_installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _load_installed(kind: str) -> ImageSetSource | None:
    """Load a kind that an installed package brings; ``None``: none does."""
    point = _list_installed().get(kind)
    if point is None:
        return None
    begin = f"The installed image set {kind!r} ({point.value})"
    try:
        cls = point.load()
        source = cls()
    except Exception as error:
        raise UsageError(
            f"{begin} cannot be loaded ({type(error).__name__}: {error}). Mend or uninstall its "
            "package."
        ) from error
    if not isinstance(source, ImageSetSource):
        raise UsageError(
            f"{begin} is a {type(source).__name__}; expected a class that extends "
            "poolbench.data.sources.ImageSetSource."
        )
    return source


def _name_form(kind: str) -> str:
    source = _load_built_in().get(kind)
    return f"{kind}:{source.argument}" if source and source.argument else kind


def _explain_unknown(name: str) -> UsageError:
    """Explain what a person may have meant: most who leave the kind out name a path."""
    path = Path(name)
    suffixes = {
        suffix: kind for kind, source in _load_built_in().items() for suffix in source.suffixes
    }
    try:
        if path.is_dir() and name:
            return UsageError(f"{name} is a folder: did you mean --data folder:{name}?")
        kind = suffixes.get(path.suffix.lower())
        if path.is_file() and kind:
            return UsageError(f"{name} is a file: did you mean --data {kind}:{name}?")
    except OSError:
        # It is too long for a path.
        pass
    return UnknownNameError("image set", name, [*list_forms(), *_list_installed()])
