"""Tell the classes of published and drawn image sets in the language of the reader."""

from collections.abc import Mapping, Sequence

from poolbench.texts import TEXTS

# What stands before the colon in the source of a set whose classes poolbench knows.
_KINDS = frozenset(("cells", "cifar10", "cifar100", "sample", "task"))
_PREFIX = "class."


def name_class(name: str, source: str, lang: str) -> str:
    """Return the name to tell of a class; one that a person gave stays as it is.

    Args:
        source: The image set, as on the command line.

    Example:
        >>> name_class("ray", "cifar100", "ru"), name_class("ray", "folder:fish", "ru")
        ('скат', 'ray')
    """
    is_known = source.partition(":")[0] in _KINDS
    return TEXTS[lang].get(f"{_PREFIX}{name}", name) if is_known else name


def name_classes(names: Sequence[str], source: str, lang: str) -> list[str]:
    """Return the names to tell of several classes of an image set."""
    return [name_class(name, source, lang) for name in names]


def list_told_names(lang: str) -> Mapping[str, str]:
    """Return the names of all known classes in a language, by their names in the image set."""
    return {
        key.removeprefix(_PREFIX): words
        for key, words in TEXTS[lang].items()
        if key.startswith(_PREFIX)
    }
