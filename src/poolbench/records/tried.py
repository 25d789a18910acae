"""Record pictures that somebody tried on the page, for the table of the report to hand in."""

from typing import Annotated, Literal

from pydantic import Field

from poolbench.config import Frozen
from poolbench.records._schema import SCHEMA_VERSION

TRIED_FILE = "tried.json"
# Rows that are kept at most.
MOST_TRIED = 100

_Share = Annotated[float, Field(ge=0, le=1)]
_Label = Annotated[int, Field(ge=0)]


class TriedAnswer(Frozen):
    """What one model said of a picture.

    Attributes:
        model: The id of its variant.
        is_final: Whether it is the model that was handed over.
        label: The number of the most likely class.
        probability: Of that class, 0–1.
    """

    model: str
    is_final: bool
    label: _Label
    probability: _Share


class TriedRow(Frozen):
    """A picture as the models saw it.

    Attributes:
        picture: The PNG file in Base64, after the shift.
        down, right: By how many pixels it was moved.
        mode: What leaves the picture comes in on the other side (``circular``), or is cut off.
        truth: The number of the class that it is of; ``None``: of none of them.
    """

    picture: str
    down: int
    right: int
    mode: Literal["circular", "border"]
    truth: _Label | None
    answers: tuple[TriedAnswer, ...]


class TriedRecord(Frozen):
    """``tried.json``: what was tried, the first first.

    Attributes:
        classes: Names of the classes of the run, so that it is not taken for that of another.
    """

    schema_version: int = SCHEMA_VERSION
    classes: tuple[str, ...]
    rows: Annotated[tuple[TriedRow, ...], Field(max_length=MOST_TRIED)]
