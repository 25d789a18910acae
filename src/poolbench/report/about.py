"""Make tables of how a run was made: the saved network, its proof, pictures, machine."""

from collections.abc import Mapping

from poolbench.evaluation.metrics import METRICS
from poolbench.records import Check
from poolbench.report.read import RunView
from poolbench.report.table import (
    MOST_IN_EXCERPT,
    Excerpt,
    Row,
    Table,
    format_count,
    format_metric,
    format_range,
    format_size,
    name_columns,
)
from poolbench.report.words import (
    MISSING,
    Phrase,
    Words,
    in_each_language,
    say,
    speak,
    write_number,
)
from poolbench.rundir.language import LANGUAGE
from poolbench.texts import DEFAULT_LANGUAGE, TEXTS, checks
from poolbench.texts.facts import describe_facts
from poolbench.verdict.proportion import read_headline

MOST_LISTED = 10
# Facts that have a row or sentences of their own.
_TOLD_OTHERWISE = frozenset(("test_share", "unread", "pixels", "recognised", "reason"))
# Numbers that count nothing.
_UNCOUNTED = frozenset(("seed", "repetition"))
# Groups of facts about the machine, and the texts that name one of each.
_GROUPS: Mapping[str, str] = {"libraries": "library", "variables": "variable"}


def make_final(view: RunView) -> Table | None:
    """Make the table of the network that is handed over, and of what it reaches in the test."""
    final = view.final
    if final is None:
        return None
    headline = read_headline(final)
    pairs: tuple[tuple[str, Phrase], ...] = (
        ("variant", view.labels.get(final.variant, final.variant)),
        ("trial", final.trial),
        (f"test-{headline.metric}", write_number(headline.value, ".4f")),
        ("interval", format_range(headline.low, headline.high, 4, sign="")),
        ("constant", write_number(headline.constant, ".4f")),
        ("test-pictures", format_count(headline.pictures)),
        *([] if headline.groups is None else [("test-groups", format_count(headline.groups))]),
    )
    rows = [Row((say(f"report.{key}"), value)) for key, value in pairs]
    for entry in METRICS:
        if entry.source == "side":
            value = format_metric(entry, final.test.get(entry.key))
            rows.append(Row((say(entry.words), value)))
    for weights in final.weights:
        rows.append(Row((say("report.weights"), f"{weights.source} ({weights.sha256})")))
        rows.append(Row((say("report.weights-operator"), weights.operator or MISSING)))
        rows.append(Row((say("report.weights-license"), weights.license or MISSING)))
    return Table(say("report.final-caption"), (), tuple(rows), words=(1,))


def make_files(view: RunView) -> Table:
    """Make the table of what was handed over."""
    rows = tuple(Row((name, format_size(size))) for name, size in view.files)
    return Table(say("report.files-caption"), name_columns(("file", "size")), rows)


def make_verification(view: RunView) -> Table | None:
    """Make the table of the proof that the saved model predicts what was measured."""
    report = view.verification
    if report is None:
        return None
    rows = []
    for check in report.checks:
        result = say("report.passed" if check.passed else "report.failed")
        cells = (
            in_each_language(checks.name_check(check.name).tell),
            MISSING if check.value is None else write_number(check.value, ".3g"),
            write_number(check.tolerance, "g"),
            result if check.passed else _add_detail(result, check),
        )
        rows.append(Row(cells))
    caption = say(
        "report.verification-caption",
        pictures=report.pictures,
        onnxruntime=report.onnxruntime,
        python=report.python,
    )
    head = name_columns(("check", "measured", "at-most", "result"))
    return Table(caption, head, tuple(rows), words=(3,))


def _add_detail(result: Words, check: Check) -> Words:
    if not check.detail:
        return result
    return in_each_language(
        lambda lang: f"{result.speak(lang)}: {check.details.get(lang, check.detail)}"
    )


def make_data(view: RunView) -> Table:
    """Make the table of classes and their pictures."""
    data = view.data
    lines: list[tuple[Phrase, int, int]] = [
        *zip(view.class_words, data.pool_counts, data.test_counts, strict=True)
    ]
    lines.append((say("report.total"), sum(data.pool_counts), sum(data.test_counts)))
    rows = tuple(Row((name, format_count(pool), format_count(test))) for name, pool, test in lines)
    head = name_columns(("class", "pool-pictures", "test-pictures"))
    order = sorted(range(len(data.classes)), key=lambda label: data.pool_counts[label])
    fewest = order[:MOST_IN_EXCERPT]
    shown = (rows[-1], *(rows[label] for label in fewest))
    excerpt = Excerpt(shown, "fewest", len(fewest), len(order))
    return Table(say("report.data-caption"), head, rows, excerpt=excerpt)


def make_data_facts(view: RunView) -> Table:
    """Make the table of where the pictures come from and what was done to them."""
    data = view.data
    height, width = data.image_size
    half = "official" if data.has_official_test else "taken"
    rows = [
        Row((say("report.source"), data.source)),
        Row((say("report.image-size"), f"{height} × {width}")),
        Row((say("report.fit"), say(f"card.fit-{data.fit}"))),
        Row((say("report.test-half"), say(f"report.test-half-{half}"))),
        Row((say("report.manifest-hash"), data.manifest_hash)),
        *(
            Row((name_fact(key), tell_value(value, is_counted=key not in _UNCOUNTED)))
            for key, value in flatten(_pick(data.facts))
        ),
        *(Row((say("fact.remark"), line)) for line in _list_remarks(data.facts)),
    ]
    return Table(say("report.data-facts-caption"), (), tuple(rows), words=(1,))


def make_environment(view: RunView) -> Table:
    """Make the table of the machine and the libraries."""
    rows = tuple(
        Row((name_machine(name), _tell_machine(name, value)))
        for name, value in flatten(view.environment)
    )
    return Table(say("report.environment-caption"), (), rows, words=(1,))


def _tell_machine(name: str, value: object) -> Phrase:
    if name == LANGUAGE and value in TEXTS:
        return TEXTS[str(value)]["report.language"]
    is_size = name.endswith("_bytes") and isinstance(value, int)
    return format_size(value) if is_size and isinstance(value, int) else tell_value(value)


def name_fact(name: str) -> Phrase:
    """Name a fact about the pictures in words; one that is not known without its underscores."""
    key = f"fact.{name}"
    return say(key) if key in TEXTS[DEFAULT_LANGUAGE] else _spell_out(name)


def name_machine(name: str) -> Phrase:
    """Name a fact about the machine in words, as :func:`name_fact`."""
    for group, key in _GROUPS.items():
        if name.startswith(f"{group}."):
            return say(f"machine.{key}", name=name.removeprefix(f"{group}."))
    key = f"machine.{name}"
    return say(key) if key in TEXTS[DEFAULT_LANGUAGE] else _spell_out(name)


def _spell_out(name: str) -> str:
    return name.replace("_", " ").replace(".", ": ")


def _pick(facts: Mapping[str, object]) -> dict[str, object]:
    """Return what is told as it is; the rest is told in sentences, or in rows of its own."""
    return {name: value for name, value in facts.items() if name not in _TOLD_OTHERWISE}


def _list_remarks(facts: Mapping[str, object]) -> list[Words]:
    count = len(describe_facts(facts, DEFAULT_LANGUAGE))
    return [
        in_each_language(lambda lang, number=number: describe_facts(facts, lang)[number])  # type: ignore[misc]
        for number in range(count)
    ]


def flatten(values: object, name: str = "") -> list[tuple[str, object]]:
    """Flatten nested values to pairs of a dotted name and a value, or a list of values.

    Example:
        >>> flatten({"a": {"b": 1}, "c": [1, 2]})
        [('a.b', 1), ('c', [1, 2])]
    """
    if isinstance(values, dict):
        pairs = [
            flatten(value, f"{name}.{key}" if name else str(key)) for key, value in values.items()
        ]
        return [pair for group in pairs for pair in group]
    if isinstance(values, list) and any(isinstance(value, dict) for value in values):
        pairs = [flatten(value, f"{name}.{number}") for number, value in enumerate(values, 1)]
        return [pair for group in pairs for pair in group]
    return [(name, values)]


def tell_value(value: object, *, is_counted: bool = True) -> Phrase:
    """Tell a value in words; long lists are cut, saying so.

    Args:
        is_counted: Whether the digits of a number stand in groups.
    """
    if value is None or value == []:
        return MISSING
    if isinstance(value, list):
        told = [tell_value(one, is_counted=is_counted) for one in value[:MOST_LISTED]]
        more = f", … ({len(value)})" if len(value) > MOST_LISTED else ""
        return in_each_language(
            lambda lang: ", ".join(str(speak(one, lang)) for one in told) + more
        )
    if isinstance(value, bool):
        return say("card.yes" if value else "card.no")
    if isinstance(value, int):
        return format_count(value) if is_counted else str(value)
    return write_number(value, ".4g") if isinstance(value, float) else str(value)
