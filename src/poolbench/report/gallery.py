"""Pictures in the report, each with its words under it."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poolbench.report.read import RunView
from poolbench.report.words import Phrase, Words, say

# Pixels each way; larger ones are shrunk, since a page of many must stay small.
MOST_PIXELS = 160


@dataclass(frozen=True)
class Shown:
    """One picture.

    Attributes:
        uri: The PNG file as a data URI.
        name: Where it comes from, for those who look for it.
    """

    uri: str
    name: str
    lines: tuple[Phrase, ...]


@dataclass(frozen=True)
class Gallery:
    """Pictures with one title and an explanation."""

    name: str
    title: Words
    explanation: Words
    pictures: tuple[Shown, ...]


def list_galleries(view: RunView) -> list[Gallery]:
    """The galleries of this run, those without pictures left out."""
    made = [make_suspects(view)]
    return [gallery for gallery in made if gallery.pictures]


def make_suspects(view: RunView) -> Gallery:
    """Pictures whose labels are probably wrong: what they are called, and what they look like."""
    shown = tuple(
        Shown(
            embed(suspect.image),
            suspect.picture,
            (say("report.called", name=suspect.label), say("report.like", name=suspect.suggested)),
        )
        for suspect in view.suspects
        if suspect.image is not None
    )
    explanation = say("report.explain-suspects", count=len(view.suspects))
    return Gallery("suspects", say("report.suspects"), explanation, shown)


def embed(image: NDArray[Any]) -> str:
    """uint8 ``[H, W]`` or ``[H, W, 3]`` as a data URI."""
    picture = Image.fromarray(np.ascontiguousarray(image))
    if max(picture.size) > MOST_PIXELS:
        picture.thumbnail((MOST_PIXELS, MOST_PIXELS), Image.Resampling.BOX)
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
