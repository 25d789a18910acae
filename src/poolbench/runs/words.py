"""Put a run into words: its state, its size and its date, in the language of a person."""

from datetime import datetime
from typing import TYPE_CHECKING

from poolbench.texts import text
from poolbench.texts.plain import make_plain

if TYPE_CHECKING:
    # What a command line imports before it is asked for anything has no NumPy.
    from poolbench.runs.summary import RunSummary

_MEGABYTE = 1_000_000


def describe_state(run: "RunSummary", lang: str) -> str:
    """Describe what came of a run, or how far it is."""
    if run.state == "broken":
        return text("runs.broken", lang)
    if run.state == "finished" and run.verdict is not None:
        return text(f"runs.{run.verdict}", lang, name=make_plain(run.recommended or ""))
    if run.total == 0:
        return text(f"runs.{run.state}-unknown", lang)
    return text(f"runs.{run.state}", lang, done=run.done, total=run.total)


def describe_size(size_bytes: int, lang: str) -> str:
    """Describe a size in megabytes, never as nothing."""
    shown = f"{max(size_bytes / _MEGABYTE, 0.1):.1f}"
    return text("runs.megabytes", lang, size=localize_number(shown, lang))


def localize_number(number: str, lang: str) -> str:
    """Return a number with the decimal sign of a language."""
    return number.replace(".", ",") if lang == "ru" else number


def describe_date(date: datetime) -> str:
    """Describe when a run was last worked at, in the time of this place."""
    return date.astimezone().strftime("%Y-%m-%d %H:%M")
