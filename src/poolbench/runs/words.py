"""Put a run into words: its state, its size and its date, in the language of a person."""

from datetime import datetime
from typing import TYPE_CHECKING

from poolbench.texts import text
from poolbench.texts.filling import format_number, tell_system_error
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


def describe_fault(run: "RunSummary", lang: str) -> str:
    """Describe what is wrong with a broken run; nothing for others."""
    if isinstance(run.fault, OSError):
        return tell_system_error(run.fault, lang)
    return "" if run.fault is None else make_plain(run.fault.tell(lang))


def describe_size(size_bytes: int, lang: str) -> str:
    """Describe a size in megabytes, never as nothing."""
    return text("runs.megabytes", lang, size=max(size_bytes / _MEGABYTE, 0.1))


def describe_count(count: int | None, lang: str) -> str:
    """Describe a number of pictures or classes; a dash where it is not known."""
    return "–" if count is None else format_number(count, "_", lang)


def describe_date(date: datetime) -> str:
    """Describe when a run was last worked at, in the time of this place."""
    return date.astimezone().strftime("%Y-%m-%d %H:%M")
