"""Show pictures in the report, each with its words under it."""

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from poolbench.report.explained import Explained
from poolbench.report.faults import Faults
from poolbench.report.read import RunView
from poolbench.report.words import Phrase, Words, in_each_language, say

# Pixels each way; larger ones are shrunk, since a page of many must stay small.
MOST_PIXELS = 320
# Most variants that are named for one answer, the first ones.
MOST_NAMED = 6
# Pixels between maps.
GAP = 2


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
    """Pictures with one title and an explanation.

    Attributes:
        is_wide: Each picture is several side by side.
    """

    title: Words
    explanation: Words
    pictures: tuple[Shown, ...]
    is_wide: bool = False


def list_galleries(view: RunView, faults: Faults) -> list[Gallery]:
    """List the galleries of this run, those without pictures left out."""
    makers: dict[str, Callable[[], Gallery]] = {"suspects": partial(make_suspects, view)}
    if view.explained is not None:
        names = view.labels
        makers = {
            "wrong": partial(make_wrong, view, view.explained),
            "disagreed": partial(make_disagreed, view, view.explained),
            "attention": partial(make_attention, view, view.explained),
            "maps": partial(make_maps, view.explained, names),
            **makers,
        }
    made = [faults.attempt("gallery", name, make) for name, make in makers.items()]
    return [gallery for gallery in made if gallery is not None and gallery.pictures]


def make_wrong(view: RunView, explained: Explained) -> Gallery:
    """Make the gallery of what the recommended variant got most confidently wrong."""
    arrays, classes = explained.arrays, _tell_classes(view, explained)
    shown = tuple(
        Shown(
            embed(image),
            str(name),
            (
                say("report.is", name=classes[true]),
                say("report.taken-for", name=classes[said], percent=100 * probability),
            ),
        )
        for image, name, true, said, probability in zip(
            arrays["wrong_images"], arrays["wrong_names"], arrays["wrong_labels"],
            arrays["wrong_predicted"], arrays["wrong_probability"], strict=True,
        )
    )  # fmt: skip
    title = say("report.wrong", variant=view.leading.label)
    return Gallery(title, say("report.explain-wrong"), shown)


def _tell_classes(view: RunView, explained: Explained) -> list[Words]:
    return [view.tell_class(name) for name in explained.facts["classes"]]


def make_disagreed(view: RunView, explained: Explained) -> Gallery:
    """Make the gallery of where variants disagree, with who says what."""
    arrays, classes = explained.arrays, _tell_classes(view, explained)
    variants = [view.labels[name] for name in explained.facts["variants"]]
    shown = tuple(
        Shown(
            embed(image),
            str(name),
            (say("report.is", name=classes[true]), *_tell(said, variants, classes)),
        )
        for image, name, true, said in zip(
            arrays["disagreed_images"], arrays["disagreed_names"], arrays["disagreed_labels"],
            arrays["disagreed_predicted"].T, strict=True,
        )
    )  # fmt: skip
    return Gallery(say("report.disagreed"), say("report.explain-disagreed"), shown)


def _tell(
    said: NDArray[np.int64], variants: Sequence[str], classes: Sequence[Words]
) -> Iterator[Words]:
    """Yield one line for each answer: the class, and who gave it."""
    for label in dict.fromkeys(said.tolist()):
        who = [name for name, own in zip(variants, said, strict=True) if own == label]
        if label >= 0:
            more = f" … ({len(who)})" if len(who) > MOST_NAMED else ""
            yield _join(classes[label], f": {', '.join(who[:MOST_NAMED])}{more}")


def _join(words: Words, name: str) -> Words:
    return in_each_language(lambda lang: words.speak(lang) + name)


def make_attention(view: RunView, explained: Explained) -> Gallery:
    """Make the gallery of pictures with what spoke for the answer beside each."""
    arrays, classes = explained.arrays, _tell_classes(view, explained)
    shown = tuple(
        Shown(
            embed(np.concatenate([image, paint_heat(image, heat)], axis=1)),
            str(name),
            (say("report.is", name=classes[true]), say("report.answer", name=classes[said])),
        )
        for image, heat, name, true, said in zip(
            arrays["cam_images"], arrays["cam_heat"], arrays["cam_names"], arrays["cam_labels"],
            arrays["cam_predicted"], strict=True,
        )
    )  # fmt: skip
    return Gallery(say("report.attention"), say("report.explain-attention"), shown, is_wide=True)


def paint_heat(image: NDArray[np.uint8], heat: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Paint the heat over the picture in grey, uint8 ``[H, W, 3]``."""
    grey = image.mean(axis=2, keepdims=True)
    share = np.clip(heat.astype(float), 0, 1)[..., None]
    color = 255 * matplotlib.colormaps["inferno"](share[..., 0])[..., :3]
    painted: NDArray[np.uint8] = np.rint(grey * (1 - 0.7 * share) + 0.7 * share * color).astype(
        np.uint8
    )
    return painted


def make_maps(explained: Explained, labels: Mapping[str, str]) -> Gallery:
    """Make the gallery of what operators do to one picture: channels around the first site."""
    facts, arrays = explained.facts["maps"], explained.arrays
    shown = []
    for number, entry in enumerate(facts["entries"]):
        before, after = (
            arrays[f"maps_{side}_{number}"].astype(float) for side in ("before", "after")
        )
        sizes = [" × ".join(map(str, entry[f"{side}_size"])) for side in ("before", "after")]
        shown.append(
            Shown(
                embed(lay_out_maps(before, after)),
                f"{labels[entry['variant']]}: {facts['name']}",
                (labels[entry["variant"]], " → ".join(sizes)),
            )
        )
    return Gallery(say("report.maps"), say("report.explain-maps"), tuple(shown), is_wide=True)


def lay_out_maps(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Lay channels ``[C, h, w]`` side by side, before above after, each pair in one scale."""
    height, width = before.shape[1:]
    columns = []
    for first, second in zip(before, after, strict=True):
        low = min(first.min(), second.min())
        reach = max(first.max(), second.max()) - low or 1.0
        grown = _grow((second - low) / reach, height, width)
        pair = np.concatenate([(first - low) / reach, np.ones((GAP, width)), grown])
        columns += [pair, np.ones((2 * height + GAP, GAP))]
    laid: NDArray[np.uint8] = np.rint(255 * np.concatenate(columns[:-1], axis=1)).astype(np.uint8)
    return laid


def _grow(values: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """Enlarge each value to a block of equal pixels."""
    rows = np.arange(height) * values.shape[0] // height
    columns = np.arange(width) * values.shape[1] // width
    grown: NDArray[np.float64] = values[rows][:, columns]
    return grown


def make_suspects(view: RunView) -> Gallery:
    """Make the gallery of pictures whose labels are probably wrong, with what they look like."""
    shown = tuple(
        Shown(
            embed(suspect.image),
            suspect.picture,
            (
                say("report.called", name=view.tell_class(suspect.label)),
                say("report.like", name=view.tell_class(suspect.suggested)),
            ),
        )
        for suspect in view.suspects
        # An older run may tell of pictures that the program itself drew.
        if suspect.image is not None and not view.config.data.is_drawn
    )
    explanation = say("report.explain-suspects", count=len(view.suspects))
    return Gallery(say("report.suspects"), explanation, shown)


def embed(image: NDArray[Any]) -> str:
    """Embed uint8 ``[H, W]`` or ``[H, W, 3]`` as a data URI."""
    picture = Image.fromarray(np.ascontiguousarray(image))
    if max(picture.size) > MOST_PIXELS:
        picture.thumbnail((MOST_PIXELS, MOST_PIXELS), Image.Resampling.BOX)
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()
