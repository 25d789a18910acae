"""Resolve names of classes: in English and Russian, in natural order, as a person types them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from poolbench.config import ALL_BUT
from poolbench.errors import UnknownNameError, UsageError, nearest_names
from poolbench.texts.class_names import list_told_names

CIFAR10_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
)
CIFAR100_CLASSES = (
    *("apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle"),
    *("bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle"),
    *("caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch"),
    *("crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest", "fox"),
    *("girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion"),
    *("lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom"),
    *("oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree"),
    *("plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road"),
    *("rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake"),
    *("spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone"),
    *("television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale"),
    *("willow_tree", "wolf", "woman", "worm"),
)
RUSSIAN_NAMES: Mapping[str, str] = list_told_names("ru")


def build_aliases(classes: Sequence[str]) -> dict[str, str]:
    """Map the Russian names by which these classes can be chosen too to class names."""
    return {RUSSIAN_NAMES[name]: name for name in classes if name in RUSSIAN_NAMES}


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Return a sort key by which ``img2`` comes before ``img10``.

    Example:
        >>> sorted(["img10", "img2", "Img1"], key=natural_key)
        ['Img1', 'img2', 'img10']
    """
    parts = re.split(r"(\d+)", name.casefold())
    # Text and numbers take turns in every name, so that like is compared with like.
    return [_rank(part) if i % 2 else part for i, part in enumerate(parts)], name


def _rank(digits: str) -> int:
    """Rank numbers of any length in their order; Python reads no more than 4,300 digits."""
    ascii_digits = "".join(str(unicodedata.decimal(digit)) for digit in digits)
    # Without zeros before it, the longer number is the larger one, also byte by byte.
    return int.from_bytes(ascii_digits.lstrip("0").encode(), "big")


def resolve_classes(
    wanted: Sequence[str] | None, classes: Sequence[str], aliases: Mapping[str, str]
) -> list[int]:
    """Return the positions in ``classes`` of what a person asked for, in that order.

    An exact name comes first, so that a class called ``7`` wins over class number 7; then a number
    from 0; then a name or an alias without regard to case, ``_`` or a space.

    Args:
        wanted: Names or numbers; ``None``: all classes. Where the first begins with ``all-but:``,
            all classes but these, in the order that they have.
        aliases: Other names of classes.

    Raises:
        UnknownNameError: With the nearest names.
        UsageError: For a number out of range, a class named twice, or fewer than two classes.
    """
    names = [name.strip() for name in wanted] if wanted is not None else list(classes)
    is_rest = bool(names) and names[0].startswith(ALL_BUT)
    if is_rest:
        names[0] = names[0].removeprefix(ALL_BUT).strip()
    chosen = [_find_class(name, classes, aliases) for name in names]
    _check_different(chosen, names, classes)
    if is_rest:
        chosen = [number for number in range(len(classes)) if number not in chosen]
    if not chosen:
        raise UsageError("class.none", count=len(classes))
    if len(chosen) == 1:
        raise UsageError("class.one", count=len(classes), name=classes[chosen[0]])
    return chosen


def _find_class(name: str, classes: Sequence[str], aliases: Mapping[str, str]) -> int:
    if name in classes:
        return classes.index(name)
    # Longer ones are nobody's number, and Python reads no more than 4,300 digits.
    if re.fullmatch(r"[+-]?[0-9]{1,18}", name):
        return _check_number(int(name), len(classes))
    folded = [_fold(known) for known in classes]
    if folded.count(_fold(name)) == 1:
        return folded.index(_fold(name))
    by_alias = {_fold(alias): known for alias, known in aliases.items()}
    if _fold(name) in by_alias:
        return classes.index(by_alias[_fold(name)])
    hint = "hint.class-with-comma" if any("," in known for known in classes) else ""
    near = _write_alike(name, nearest_names(name, [*classes, *aliases]), aliases)
    raise UnknownNameError("class", name, classes, hint, near=near)


def _write_alike(name: str, near: Sequence[str], aliases: Mapping[str, str]) -> list[str]:
    """Write the names of classes in the language in which a person wrote another."""
    told = aliases if name.isascii() else {known: alias for alias, known in aliases.items()}
    return list(dict.fromkeys(told.get(other, other) for other in near))


def _check_number(number: int, count: int) -> int:
    if not 0 <= number < count:
        raise UsageError("class.number", number=number, last=count - 1)
    return number


def _check_different(chosen: Sequence[int], names: Sequence[str], classes: Sequence[str]) -> None:
    seen: dict[int, str] = {}
    for number, name in zip(chosen, names, strict=True):
        if number in seen:
            raise UsageError(
                "class.twice", name=classes[number], number=number, first=seen[number], second=name
            )
        seen[number] = name


def _fold(name: str) -> str:
    """Drop what does not count: case, ``_``, ``-``, the dots of ё, the ways to write an accent."""
    plain = unicodedata.normalize("NFC", name).casefold().replace("ё", "е")
    return re.sub(r"[\s_-]+", " ", plain)
