"""Provide the front end: plain HTML, CSS and JavaScript, the same for the server and for files."""

import json
from functools import cache, partial
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from poolbench.texts import TEXTS, text

# The one that predicts: this program, or the browser by WebAssembly.
Predictor = Literal["server", "wasm"]

_SHARED = (
    "style.css",
    "icon.svg",
    "main.js",
    "answers.js",
    "classes.js",
    "crop.js",
    "draw.js",
    "keep.js",
    "map.js",
    "picture.js",
    "resize.js",
    "sources.js",
    "stage.js",
    "words.js",
)
_OWN: dict[Predictor, tuple[str, ...]] = {
    "server": ("server.js", "progress.js"),
    "wasm": ("wasm.js", "worker.js"),
}
# Prefix of the page's keys in the catalogue of texts.
_PREFIX = "page."
# Prefixes of keys that it shares with the terminal, and has whole.
_COMMON = ("watch.", "duration.")


@cache
def list_files(predictor: Predictor) -> dict[str, bytes]:
    """Return the files beside ``index.html``, by name."""
    return {name: load_file(name) for name in (*_SHARED, *_OWN[predictor])}


@cache
def load_file(name: str) -> bytes:
    """Load a file of the front end."""
    return (files("poolbench.serve") / "web" / name).read_bytes()


@cache
def make_texts() -> bytes:
    """Make ``texts.json``: what the page says, by language and key."""
    spoken = {
        lang: {
            key.removeprefix(_PREFIX): value
            for key, value in catalogue.items()
            if key.startswith((_PREFIX, *_COMMON))
        }
        for lang, catalogue in TEXTS.items()
    }
    return json.dumps(spoken, ensure_ascii=False).encode()


def render_index(predictor: Predictor, lang: str, *, is_wanted: bool) -> str:
    """Render ``index.html``; its texts are replaced when another language is chosen.

    Args:
        lang: The language of the page until then.
        is_wanted: Whether a person asked for it; else that of the browser goes before it.
    """
    template = make_environment().get_template("index.html.j2")
    languages = {known: text("report.language", known) for known in TEXTS}
    return template.render(
        lang=lang,
        is_wanted=is_wanted,
        languages=languages,
        predictor=predictor,
        t=partial(_say, lang),
    )


def make_environment() -> Environment:
    """Make what fills in the templates: whatever is put in stands there as text."""
    return Environment(
        loader=PackageLoader("poolbench.serve", "web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _say(lang: str, key: str) -> str:
    return text(key if key.startswith(_COMMON) else f"{_PREFIX}{key}", lang)
