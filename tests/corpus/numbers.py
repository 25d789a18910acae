"""Numbers that make no sense where a count, a size or a time is wanted."""

from collections.abc import Iterator

from corpus.case import Case, make_nothing

GROUP = "numbers"
LARGE = "1000000000000"
LONG = "9" * 5000
# Option: what it refuses.
REFUSED = {
    "--epochs": ("0", "-1", LARGE, "1.5", "nan", "", LONG),
    "--folds": ("0", "1", "-5", "101", LARGE, "nan"),
    "--repeats": ("0", "-1", LARGE, "1.5", "auto2", "nan", "²", LONG),
    "--replicas": ("0", "-1", LARGE),
    "--margin": ("0", "-1", "101", "nan", "inf", "-inf", "1e999", "x"),
    "--seed": ("-1", str(2**63), LARGE * 5, "1.5"),
    "--workers": ("0", "-1", LARGE),
    "--image-size": ("0", "-1", "3", "1025", LARGE),
    "--time-limit": ("0", "-5", "0s", "5x", "1m1h", LARGE, "999999999h", "nan", LONG + "h"),
}


def list_cases() -> Iterator[Case]:
    """All of them."""
    for option, values in REFUSED.items():
        for value in values:
            shown = value if len(value) < 20 else f"{len(value)}-digits"
            # The parser names the option, the config its field: they begin alike.
            word = option[2:].partition("-")[0]
            yield _case(f"{option[2:]}={shown}", ("run", "--dry-run", f"{option}={value}"), word)
    yield _case("calibrate-workers=0", ("calibrate", "--workers", "0"), "--workers")
    yield _case("calibrate-seed=-1", ("calibrate", "--seed", "-1"), "--seed")
    for port in ("-1", "65536", LARGE, "http"):
        yield _case(f"port={port}", ("serve", "{in}", "--port", port), "--port")


def _case(name: str, arguments: tuple[str, ...], word: str) -> Case:
    return Case(GROUP, name, make_nothing, arguments, 2, (word,))
