"""Resolve names of classes: in English and Russian, in natural order, as a person types them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from poolbench.config import ALL_BUT
from poolbench.errors import UnknownNameError, UsageError

_CIFAR10_RUSSIAN = {
    "airplane": "самолёт",
    "automobile": "автомобиль",
    "bird": "птица",
    "cat": "кошка",
    "deer": "олень",
    "dog": "собака",
    "frog": "лягушка",
    "horse": "лошадь",
    "ship": "корабль",
    "truck": "грузовик",
}

_CIFAR100_RUSSIAN = {
    "apple": "яблоко",
    "aquarium_fish": "аквариумная рыбка",
    "baby": "младенец",
    "bear": "медведь",
    "beaver": "бобр",
    "bed": "кровать",
    "bee": "пчела",
    "beetle": "жук",
    "bicycle": "велосипед",
    "bottle": "бутылка",
    "bowl": "миска",
    "boy": "мальчик",
    "bridge": "мост",
    "bus": "автобус",
    "butterfly": "бабочка",
    "camel": "верблюд",
    "can": "консервная банка",
    "castle": "замок",
    "caterpillar": "гусеница",
    "cattle": "рогатый скот",
    "chair": "стул",
    "chimpanzee": "шимпанзе",
    "clock": "часы",
    "cloud": "облако",
    "cockroach": "таракан",
    "couch": "диван",
    "crab": "краб",
    "crocodile": "крокодил",
    "cup": "чашка",
    "dinosaur": "динозавр",
    "dolphin": "дельфин",
    "elephant": "слон",
    "flatfish": "камбала",
    "forest": "лес",
    "fox": "лиса",
    "girl": "девочка",
    "hamster": "хомяк",
    "house": "дом",
    "kangaroo": "кенгуру",
    "keyboard": "клавиатура",
    "lamp": "лампа",
    "lawn_mower": "газонокосилка",
    "leopard": "леопард",
    "lion": "лев",
    "lizard": "ящерица",
    "lobster": "омар",
    "man": "мужчина",
    "maple_tree": "клён",
    "motorcycle": "мотоцикл",
    "mountain": "гора",
    "mouse": "мышь",
    "mushroom": "гриб",
    "oak_tree": "дуб",
    "orange": "апельсин",
    "orchid": "орхидея",
    "otter": "выдра",
    "palm_tree": "пальма",
    "pear": "груша",
    "pickup_truck": "пикап",
    "pine_tree": "сосна",
    "plain": "равнина",
    "plate": "тарелка",
    "poppy": "мак",
    "porcupine": "дикобраз",
    "possum": "опоссум",
    "rabbit": "кролик",
    "raccoon": "енот",
    "ray": "скат",
    "road": "дорога",
    "rocket": "ракета",
    "rose": "роза",
    "sea": "море",
    "seal": "тюлень",
    "shark": "акула",
    "shrew": "землеройка",
    "skunk": "скунс",
    "skyscraper": "небоскрёб",
    "snail": "улитка",
    "snake": "змея",
    "spider": "паук",
    "squirrel": "белка",
    "streetcar": "трамвай",
    "sunflower": "подсолнух",
    "sweet_pepper": "сладкий перец",
    "table": "стол",
    "tank": "танк",
    "telephone": "телефон",
    "television": "телевизор",
    "tiger": "тигр",
    "tractor": "трактор",
    "train": "поезд",
    "trout": "форель",
    "tulip": "тюльпан",
    "turtle": "черепаха",
    "wardrobe": "шкаф",
    "whale": "кит",
    "willow_tree": "ива",
    "wolf": "волк",
    "woman": "женщина",
    "worm": "червь",
}

_DRAWN_RUSSIAN = {
    "lemon": "лимон",
    "plum": "слива",
    "no mark": "без метки",
    "one mark": "с меткой",
}

CIFAR10_CLASSES = tuple(_CIFAR10_RUSSIAN)
CIFAR100_CLASSES = tuple(_CIFAR100_RUSSIAN)
RUSSIAN_NAMES: Mapping[str, str] = _CIFAR10_RUSSIAN | _CIFAR100_RUSSIAN | _DRAWN_RUSSIAN


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
    raise UnknownNameError("class", name, [*classes, *aliases], hint)


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
