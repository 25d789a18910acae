"""Write durations as a person says them."""

from poolbench.texts import DEFAULT_LANGUAGE, text


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
        return text("duration.seconds", lang, seconds=whole)
    if whole < 3600:
        return text("duration.minutes", lang, minutes=whole // 60, seconds=whole % 60)
    return text("duration.hours", lang, hours=whole // 3600, minutes=whole % 3600 // 60)
