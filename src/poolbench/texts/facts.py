"""Tell of pictures what is besides their number: what was not read, shrunk, or shows nothing.

The facts are those of ``data.json``, which a run of someone else's may have in any form: what is in
another is not told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from poolbench.texts import text
from poolbench.texts.plain import list_some

_MOST_ENDINGS = 5
# Reasons why files are not read, in the order in which they are told; the first row is of pictures.
_PICTURE_REASONS = ("deep", "no-reader", "misnamed", "special", "loose", "unlabelled", "beside")
_LAYOUTS = ("keras", "medmnist", "idx", "stl", "list")
_HALVES = ("train", "val", "test")
_REASONS = (*_PICTURE_REASONS, "link", "closed", "run", "other", "system")


def describe_facts(facts: Mapping[str, object], lang: str) -> list[str]:
    """Return sentences for a person, as many in each language; none for usual pictures."""
    return [
        *_describe_recognised(facts.get("recognised"), lang),
        *_describe_unread(facts.get("unread"), _REASONS, lang),
        *_describe_pixels(facts.get("pixels"), lang),
    ]


def describe_size(facts: Mapping[str, object], image_size: tuple[int, int], lang: str) -> list[str]:
    """Return a sentence where pictures were resized from the size they came with, unasked."""
    given = facts.get("resized_from")
    if not isinstance(given, list) or len(given) != 2:
        return []
    sides = {"rows": given[0], "columns": given[1], "height": image_size[0], "width": image_size[1]}
    return [text("facts.resized", lang, **sides)]


def describe_warnings(facts: Mapping[str, object], lang: str) -> list[str]:
    """Return those of the sentences that whoever reads a result should know."""
    return [
        *_describe_unread(facts.get("unread"), _PICTURE_REASONS, lang),
        *_describe_pixels(facts.get("pixels"), lang),
        *describe_reason(facts, lang),
    ]


def describe_reason(facts: Mapping[str, object], lang: str) -> list[str]:
    """Return a sentence where it is known of pictures why operators differ on them."""
    return [text("facts.reason-marks", lang)] if facts.get("reason") == "marks" else []


def _describe_recognised(recognised: object, lang: str) -> list[str]:
    """Return one line that says which layout was recognised, and what was taken for what."""
    if not isinstance(recognised, dict) or recognised.get("layout") not in _LAYOUTS:
        return []
    found = recognised.get("halves")
    counts = found if isinstance(found, dict) else {}
    known = [half for half in _HALVES if half in counts]
    halves = ", ".join(text(f"facts.half-{half}", lang, count=counts[half]) for half in known)
    key = "facts.recognised-one-half" if len(known) == 1 else "facts.recognised-halves"
    details = ""
    if (split := recognised.get("split")) is not None:
        details += text("facts.recognised-split", lang, name=split)
    if (is_grey := recognised.get("grey")) is not None:
        details += text(f"facts.recognised-{'grey' if is_grey else 'colour'}", lang)
    if recognised.get("turned") is True:
        details += text("facts.recognised-turned", lang)
    what = text(
        f"facts.recognised-{recognised['layout']}",
        lang,
        file=recognised.get("file"),
        pictures=recognised.get("pictures"),
        classes=_describe_classes(recognised.get("classes"), lang),
    )
    halves = text(key, lang, count=len(known), halves=halves)
    return [text("facts.recognised", lang, what=what, halves=halves, details=details)]


def _describe_classes(columns: object, lang: str) -> str:
    names = [str(name) for name in columns] if isinstance(columns, list) else []
    if len(names) == 1:
        return text("facts.recognised-column", lang, name=names[0])
    return text("facts.recognised-one-hot", lang, count=len(names), names=list_some(names))


def _describe_unread(unread: object, reasons: Sequence[str], lang: str) -> list[str]:
    if not isinstance(unread, dict):
        return []
    parts = [
        text(f"facts.unread-{reason}", lang, files=_list_endings(counts, lang))
        for reason in reasons
        if isinstance(counts := unread.get(reason), dict)
    ]
    return [text("facts.unread", lang, parts="; ".join(parts))] if parts else []


def _list_endings(counts: Mapping[object, object], lang: str) -> str:
    pairs = [(str(ending), count) for ending, count in counts.items() if isinstance(count, int)]
    shown = [
        f"{count} {ending or text('facts.no-ending', lang)}"
        for ending, count in pairs[:_MOST_ENDINGS]
    ]
    rest = sum(count for _, count in pairs[_MOST_ENDINGS:])
    return ", ".join([*shown, f"{rest} …"] if rest else shown)


def _describe_pixels(pixels: object, lang: str) -> list[str]:
    if not isinstance(pixels, dict):
        return []
    narrow, constant = (read_count(pixels, name) for name in ("narrow", "constant"))
    names = pixels.get("constant_names")
    listed = ", ".join(map(str, names)) if isinstance(names, list) else ""
    range_of_all = {"low": pixels.get("low"), "high": pixels.get("high")}
    lines = []
    if narrow:
        lines.append(text("facts.narrow", lang, count=narrow, **range_of_all))
    if narrow and pixels.get("sixteen_bits") is True:
        lines.append(text("facts.sixteen-bits", lang))
    if constant:
        lines.append(text("facts.constant", lang, count=constant, names=listed))
    return lines


def read_count(facts: Mapping[Any, object], name: str) -> int:
    """Return a count of the facts; 0 where there is none, or something else."""
    count = facts.get(name, 0)
    return count if isinstance(count, int) else 0
