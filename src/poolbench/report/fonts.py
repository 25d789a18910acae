"""Find the fonts for the names of a run, and what no font of this machine can draw."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from poolbench.texts.plain import make_plain

# Font that comes with matplotlib, so that figures look alike everywhere.
FIRST_FONT = "DejaVu Sans"
# Fonts for scripts that it lacks, in this order; after them whatever else is installed.
PREFERRED = (
    *("Noto Sans CJK", "Microsoft YaHei", "PingFang", "Hiragino", "Malgun Gothic", "Source Han"),
    *("Noto Sans", "Arial Unicode MS", "Segoe UI", "Nirmala UI"),
)
# Fonts that have a box for every letter there is.
BLANK_FONTS = ("Last Resort", ".LastResort", "Adobe Blank", "LastResort")


class Fonts(NamedTuple):
    """Families to draw in, the first one that has a letter, and the letters that none has."""

    families: tuple[str, ...]
    missing: frozenset[str]


class _Found(NamedTuple):
    rank: int
    family: str
    path: str
    letters: frozenset[str]


def find_fonts(names: Sequence[str]) -> Fonts:
    """Find the fonts that these names need."""
    return _find_fonts(frozenset("".join(map(make_plain, names))))


@lru_cache(maxsize=32)
def _find_fonts(letters: frozenset[str]) -> Fonts:
    first = font_manager.findfont(FIRST_FONT)
    missing = letters - _read_letters(first, letters)
    families = [FIRST_FONT]
    candidates = list(_list_candidates(missing)) if missing else []
    while missing and candidates:
        best = min(candidates, key=lambda found: (-len(found.letters & missing), found))
        if not best.letters & missing:
            break
        _make_known(best)
        families.append(best.family)
        missing -= best.letters
    return Fonts(tuple(families), missing)


def name_in_figures(names: Sequence[str], most: int = 17) -> list[str]:
    """Shorten names for an axis; those that no font can draw become their numbers, from 1 on.

    Example:
        >>> name_in_figures(["cat", "a very long name of a class", "\\U000e0b01"])
        ['cat', 'a very long name…', '#3']
    """
    missing = find_fonts(names).missing
    return [
        f"#{number}" if missing & set(make_plain(name)) else shorten(name, most)
        for number, name in enumerate(names, 1)
    ]


def list_numbered(names: Sequence[str]) -> list[str]:
    """List what each number in figures stands for, as ``#3: name``; usually nothing."""
    missing = find_fonts(names).missing
    return [
        f"#{number}: {make_plain(name)}"
        for number, name in enumerate(names, 1)
        if missing & set(make_plain(name))
    ]


def shorten(name: str, most: int = 17) -> str:
    """Shorten a name so that it fits beside an axis.

    Example:
        >>> shorten("pickup_truck"), shorten("a very long name of a class")
        ('pickup_truck', 'a very long name…')
    """
    shown = make_plain(name)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _list_candidates(letters: frozenset[str]) -> Iterator[_Found]:
    """Yield the installed fonts that have any of the letters."""
    # The system is asked: what matplotlib remembers of it may be years old.
    for path in font_manager.findSystemFonts():
        try:
            family = FT2Font(path).family_name
        # Its format cannot be drawn, or it is damaged.
        except Exception:
            continue
        found = _read_letters(path, letters)
        if found and not family.startswith(BLANK_FONTS):
            ranks = [k for k, name in enumerate(PREFERRED) if family.startswith(name)]
            is_plain = "regular" in path.lower()
            rank = 2 * min(ranks, default=len(PREFERRED)) + (not is_plain)
            yield _Found(rank, family, path, found)


def _read_letters(path: str, letters: frozenset[str]) -> frozenset[str]:
    """Return the letters that a font has; none if it holds pictures of fixed size, as emoji."""
    try:
        font = FT2Font(path)
        known = font.get_charmap()
        found = frozenset(letter for letter in letters if ord(letter) in known)
        font.set_size(9, 72)
        if found:
            font.load_char(ord(min(found)))
    except Exception:
        return frozenset()
    return found


def _make_known(font: _Found) -> None:
    """Register a font with matplotlib, which looks fonts up by their family."""
    if font.path not in {entry.fname for entry in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(font.path)
