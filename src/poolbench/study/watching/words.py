"""Put the state of a running study into words and numbers, the same wherever they are shown."""

from collections.abc import Sequence

from poolbench.records import LiveRecord, LiveVariant, thin_curve
from poolbench.texts import text
from poolbench.texts.duration import format_duration
from poolbench.texts.filling import format_number

# Eighths of a block, from the lowest to the highest.
BLOCKS = "▁▂▃▄▅▆▇█"
COLUMNS = ("variant", "trials", "accuracy", "interval", "curve", "left")
# Those that are left out first where there is no room.
DROPPED_FIRST = ("curve", "left", "interval", "trials")


def is_training(live: LiveRecord) -> bool:
    """Return whether trials are trained, so that a share of the work is known."""
    return live.step in ("train", "final")


def describe_step(live: LiveRecord, lang: str) -> str:
    """Describe what is being done: ``Training up to repeat 4``."""
    if live.step == "train" and live.repeats is not None:
        return text("watch.train-to", lang, repeats=live.repeats)
    return text(f"watch.{live.step}", lang)


def describe_count(live: LiveRecord) -> str:
    """Describe what is finished of it: ``12/45``, or nothing where nothing is counted."""
    return f"{live.done}/{live.total}" if live.total else ""


def describe_left(seconds: float | None, lang: str) -> str:
    """Describe how long it takes yet, or nothing where that is not known."""
    return "" if seconds is None else format_duration(seconds, lang)


def list_headings(live: LiveRecord, lang: str) -> list[str]:
    """List the headings of :data:`COLUMNS`."""
    headings = {name: text(f"watch.column-{name}", lang) for name in COLUMNS}
    headings["accuracy"] = text(f"report.{live.metric}", lang)
    return list(headings.values())


def list_cells(row: LiveVariant, lang: str, draw: Sequence[str] = BLOCKS) -> list[str]:
    """List the cells of a variant, in the order of :data:`COLUMNS`."""
    accuracy, interval = "–", "–"
    if row.accuracy is not None and row.low is not None and row.high is not None:
        accuracy = format_number(row.accuracy, ".4f", lang)
        interval = format_interval(row.low, row.high, lang)
    return [
        row.label,
        f"{row.done}/{row.total}",
        accuracy,
        interval,
        draw_blocks(row.curve, draw),
        describe_left(row.seconds_left, lang),
    ]


def format_interval(low: float, high: float, lang: str) -> str:
    """Format an interval of accuracies for a cell: ``0.4000–0.6000``."""
    return "–".join(format_number(end, ".4f", lang) for end in (low, high))


def draw_blocks(curve: Sequence[float], blocks: Sequence[str] = BLOCKS, points: int = 12) -> str:
    """Draw a curve of values from 0 to 1 as a line of blocks, its lowest value as the least one.

    Example:
        >>> draw_blocks([0.5, 0.75, 1.0])
        '▁▅█'
    """
    thin = thin_curve(tuple(curve), points)
    if not thin:
        return ""
    low, high = min(thin), max(thin)
    top = len(blocks) - 1
    span = high - low or 1.0
    return "".join(blocks[int((value - low) / span * top + 0.5)] for value in thin)
