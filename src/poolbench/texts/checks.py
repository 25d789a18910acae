"""Tell what a check of a saved model looked at: its name is data, a person reads words."""

import re

from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, Phrase
from poolbench.texts.filling import Tellable
from poolbench.texts.joined import Joined

_HASH = "SHA-256 of "
_BATCH = "batch "


def name_check(name: str) -> Tellable:
    """Name what was checked; a name that is not known stays as it is.

    Names are made of a kind and what it was looked at with: ``logits, batch 7``.

    Example:
        >>> name_check("logits, batch 7").tell("ru")
        'логиты, размер пакета 7'
    """
    if name.startswith(_HASH):
        return _name_hash(name.removeprefix(_HASH))
    kind, _, case = name.partition(", ")
    key = f"report.check-{kind.replace(' ', '-').lower()}"
    if key not in TEXTS[DEFAULT_LANGUAGE]:
        return Joined([name])
    if case.startswith(_BATCH):
        batch = Phrase("report.check-batch", count=case.removeprefix(_BATCH))
        return Joined([Phrase(key), batch], ", ")
    if size := re.fullmatch(r"(\d+)x(\d+)", case):
        return Joined(
            [Phrase(key), Phrase("report.pixels", pixels=" × ".join(size.groups()))], ", "
        )
    return Joined(filter(None, [Phrase(key), case]), ", ")


def _name_hash(thing: str) -> Phrase:
    if thing == "images":
        return Phrase("check.hash-images")
    if thing == "images_other":
        return Phrase("check.hash-images-other")
    return Phrase("check.hash", name=thing)
