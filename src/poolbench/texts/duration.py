"""Write durations as a person says them."""

from poolbench.texts import DEFAULT_LANGUAGE, text
from poolbench.texts.plain import typeset


def format_duration(seconds: float, lang: str = DEFAULT_LANGUAGE) -> str:
    """Format a duration: ``4 s``, ``3 min 20 s``, ``2 h 05 min``; ``?`` where it is not known.

    Example:
        >>> format_duration(200), format_duration(7500), format_duration(float("nan"))
        ('3 min 20 s', '2 h 05 min', '?')
    """
    if seconds != seconds:
        return "?"
    whole = round(seconds)
    if whole < 60:
        said = text("duration.seconds", lang, seconds=whole)
    elif whole < 3600:
        said = text("duration.minutes", lang, minutes=whole // 60, seconds=whole % 60)
    else:
        said = text("duration.hours", lang, hours=whole // 3600, minutes=whole % 3600 // 60)
    return typeset(said)
