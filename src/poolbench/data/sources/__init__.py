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
from poolbench.errors import (
    DataError,
    PoolbenchError,
    UnknownNameError,
    UsageError,
    nearest_names,
)
from poolbench.files import expand_home, list_near_paths, quote_fault, suggest_path
from poolbench.texts import Phrase
from poolbench.texts.joined import Joined

if TYPE_CHECKING:
    from poolbench.data.image_set import ImageSet
    from poolbench.data.listing import Listing

__all__ = [
    "ImageSetRequest",
    "ImageSetSource",
    "check_options",
    "find_image_set",
    "find_namesake",
    "list_forms",
    "read_image_set",
    "resolve_source",
]

# Entry-point group in a package's metadata: name = "package.module:Class", the name being the one
# for --data.
GROUP = "poolbench.image_sets"
# What stands for the argument of a kind, for a person.
_ARGUMENTS = {
    "FILE": Phrase("help.metavar.file"),
    "NAME": Phrase("help.metavar.name"),
    "PATH": Phrase("help.metavar.path"),
}


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
        raise UsageError("image-set.data-file", owners=owners, name=name)
    form = (groups or "").partition(":")[0]
    if groups is not None and form not in source.groups:
        forms = [_name_form(kind) for kind, known in built_in.items() if form in known.groups]
        told = [_tell_form(known) for known in forms]
        raise UsageError("image-set.groups", groups=groups, owners=told, name=name)


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
        name, detail = type(error).__name__, quote_fault(error)
        raise DataError("image-set.failed", kind=kind, error=name, detail=detail) from error
    if not isinstance(found, ImageSet | Listing):
        raise DataError("image-set.kind", kind=kind, found=type(found).__name__)
    if isinstance(found, ImageSet) and (faults := list_faults(found)):
        raise DataError("image-set.broken", kind=kind, faults=Joined(faults, "; "))
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
    try:
        cls = point.load()
        source = cls()
    except Exception as error:
        raise UsageError(
            "image-set.not-loaded",
            name=kind,
            place=point.value,
            error=type(error).__name__,
            detail=quote_fault(error),
        ) from error
    if not isinstance(source, ImageSetSource):
        found = type(source).__name__
        raise UsageError("image-set.not-source", name=kind, place=point.value, found=found)
    return source


def _name_form(kind: str) -> str:
    source = _load_built_in().get(kind)
    return f"{kind}:{source.argument}" if source and source.argument else kind


def _tell_form(form: str) -> str | Joined:
    """Return how an image set is named for a message: ``folder:PATH`` in the reader's language."""
    kind, _, argument = form.partition(":")
    if not argument:
        return form
    return Joined([f"{kind}:", _ARGUMENTS.get(argument, argument)], "")


def resolve_source(name: str) -> tuple[str, Path | None]:
    """Return the image set that a person names, who may leave out the kind of a path.

    A known name wins over a path of the same name: ``sample`` is built in, ``./sample`` a folder.

    Returns:
        The name for :func:`find_image_set`, and the path for ``--data-file`` of a kind that has
        one. What is neither known nor there comes back as it is, to be explained where it is read.

    Example:
        >>> resolve_source("sample"), resolve_source("cifar100")
        (('sample', None), ('cifar100', None))

    Raises:
        UsageError: As :func:`poolbench.files.expand_home`.
    """
    if not name or _is_known(name):
        return name, None
    path = expand_home(name)
    kinds = _load_built_in()
    # A folder may be many things, and pictures in folders are what is left.
    for kind in sorted(kinds, key=lambda kind: kind == "folder"):
        try:
            is_this = _is_own(kinds[kind], path)
        except (OSError, ValueError):
            # It is too long for a path, or holds what no path has.
            return name, None
        if is_this:
            return (kind, path) if kinds[kind].takes_data_file else (f"{kind}:{path}", None)
    return name, None


def _is_own(source: ImageSetSource, path: Path) -> bool:
    if path.is_dir():
        return source.is_own_folder(path)
    return path.is_file() and source.is_own_file(path)


def find_namesake(name: str) -> Path | None:
    """Find a folder or file that is called like a known image set, and is not what it names."""
    if ":" in name or not _is_known(name):
        return None
    return Path(name) if Path(name).exists() else None


def _is_known(name: str) -> bool:
    kind, colon, _ = name.partition(":")
    source = _load_built_in().get(kind)
    if source is not None:
        # "folder" alone is no image set, but may be a folder.
        return bool(colon) or not source.argument
    return kind in _list_installed()


def _explain_unknown(name: str) -> UsageError:
    """Explain what a person may have meant: most who leave the kind out name a path."""
    forms = [*list_forms(), *_list_installed()]
    path = Path(name)
    try:
        meant, file = resolve_source(name)
        if meant != name:
            if file is None:
                return UsageError("image-set.path", name=name, meant=meant)
            return UsageError("image-set.published", name=name, set=meant, path=file)
        if path.is_file():
            endings = sorted(s for source in _load_built_in().values() for s in source.suffixes)
            return UsageError("image-set.archive", name=name, endings=endings)
        is_path = path.name != name and ":" not in name
        if is_path or (list_near_paths(path) and not nearest_names(name, forms)):
            return UsageError("image-set.missing", name=name, meant=suggest_path(path))
    except (OSError, ValueError):
        # It is too long for a path, or holds what no path has.
        pass
    near = map(_tell_form, nearest_names(name, forms))
    return UnknownNameError("image-set", name, map(_tell_form, forms), near=near)
