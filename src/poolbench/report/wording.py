"""Say what has to be known to read the verdict rightly."""

from collections.abc import Sequence

from poolbench.records import VerdictRecord
from poolbench.report.read import RunView
from poolbench.report.words import Phrase, Words, in_each_language, say
from poolbench.texts import DEFAULT_LANGUAGE, TEXTS
from poolbench.texts.class_names import name_classes
from poolbench.texts.facts import describe_warnings, read_count
from poolbench.texts.plain import list_some, typeset
from poolbench.verdict.sentence import describe_nothing, describe_verdict

# Notes that are counted here, and the one that is a sentence of its own.
_COUNTED = ("collapsed", "diverged", "duplicates", "one-trial")


def say_verdict(view: RunView) -> Words:
    """Say the verdict in a sentence."""
    # That nothing was learned is followed by advice of its own.
    is_nothing = view.verdict.kind == "nothing-learned"
    describe = describe_nothing if is_nothing else describe_verdict
    return in_each_language(lambda lang: typeset(describe(view.verdict, lang, view.labels)))


def say_advice(view: RunView) -> Words:
    """Say what to do."""
    if view.verdict.recommended is None:
        # Labels of pictures that the program drew need no check.
        is_drawn = view.config.data.is_drawn
        return say("card.nothing-advice-drawn" if is_drawn else "verdict.nothing-advice")
    return say("report.advice", variant=view.leading.label)


def list_notes(view: RunView) -> list[Phrase]:
    """List the warnings of this run, as sentences; an unknown one appears as its id."""
    ids = [note for note in view.verdict.notes if note not in _COUNTED]
    if view.verdict.protocol == "lab" and "test-watched" not in ids:
        ids.append("test-watched")
    known = TEXTS[DEFAULT_LANGUAGE]
    notes: list[Phrase] = [say(f"note.{i}") if f"note.{i}" in known else i for i in ids]
    if view.verification is not None and not view.verification.passed:
        notes.insert(0, say("note.not-verified"))
    counted = {**_count_collapsed(view), **_count_duplicates(view)}
    notes += [say(f"note.{name}", count=count) for name, count in counted.items() if count]
    notes += _list_collapses(view)
    notes += _list_picture_notes(view)
    notes += _say_false_share(view)
    notes += _list_missed(view)
    if view.verdict.undertrained and view.verdict.recommended is not None:
        notes.append(say("note.undertrained", variants=_name_all(view, view.verdict.undertrained)))
    if view.verdict.left_out:
        notes.append(say("note.left-out", names=_name_all(view, view.verdict.left_out)))
    return notes


def _name_all(view: RunView, ids: Sequence[str]) -> list[str]:
    return [view.labels.get(name, name) for name in ids]


def _list_picture_notes(view: RunView) -> list[Phrase]:
    facts = view.data.facts
    count = len(describe_warnings(facts, DEFAULT_LANGUAGE))
    return [
        in_each_language(lambda lang, number=number: describe_warnings(facts, lang)[number])  # type: ignore[misc]
        for number in range(count)
    ]


def name_intervals(verdict: VerdictRecord, *, is_planned: bool = False) -> tuple[Words, ...]:
    """Name in a heading the interval of a pair alone, and the one that holds with others.

    They are one where there are two variants, and in runs of before.

    Args:
        is_planned: The others are all comparisons with the baseline, not with the best.
    """
    percent = 100 * (1 - verdict.alpha)
    alone = say("report.interval-alone", percent=percent)
    if len(verdict.differences) < 2:
        return (alone,)
    key = "report.interval-baseline" if is_planned else "report.interval-together"
    together = say(key, percent=percent)
    is_known = verdict.differences[0].single_low is not None
    return (alone, together) if is_known else (together,)


def _list_missed(view: RunView) -> list[Phrase]:
    """List classes never recognised by the variant to use, or by any if there is none."""
    wanted = view.verdict.recommended
    return [
        say(
            "note.missed-classes",
            variant=view.labels.get(name, name),
            classes=_tell_classes(view, classes),
        )
        for name, classes in view.verdict.missed_classes.items()
        if wanted in (name, None)
    ]


def _tell_classes(view: RunView, classes: Sequence[str]) -> Words:
    source = view.data.source
    return in_each_language(lambda lang: list_some(name_classes(classes, source, lang)))


def _count_collapsed(view: RunView) -> dict[str, int]:
    trials = [trial for variant in view.variants for trial in variant.trials]
    return {
        "diverged": sum(trial.diverged_at is not None for trial in trials),
        "collapsed": sum(trial.attempts > 1 for trial in trials),
    }


def _list_collapses(view: RunView) -> list[Phrase]:
    """List the variants of which trials collapsed: whose mean is one of two kinds of training."""
    return [
        say(
            "note.collapse-rate",
            variant=variant.label,
            count=variant.row.collapsed,
            trials=variant.row.trials,
            percent=100 * variant.row.collapsed_at_most,
            worst=variant.row.worst,
        )
        for variant in view.variants
        if variant.row.collapsed and variant.row.collapsed_at_most and variant.row.worst is not None
    ]


def _count_duplicates(view: RunView) -> dict[str, int]:
    """Count what is still there twice, or what was dropped for it."""
    found = view.data.facts.get("duplicates")
    if not isinstance(found, dict):
        # Runs of before counted exact ones across the halves alone.
        return {"duplicates": read_count(view.data.facts, "duplicates_across_halves")}
    if dropped := read_count(found, "dropped"):
        return {"dropped-duplicates": dropped}
    return {
        "duplicates": read_count(found, "test_exact"),
        "near-duplicates": read_count(found, "test_near"),
        "pool-duplicates": read_count(found, "pool_exact") + read_count(found, "pool_near"),
    }


def _say_false_share(view: RunView) -> list[Phrase]:
    """Say how many of the near duplicates are probably none; older runs did not know."""
    found = view.data.facts.get("duplicates")
    if not isinstance(found, dict) or read_count(found, "dropped"):
        return []
    share = found.get("false_share")
    near = read_count(found, "test_near") + read_count(found, "pool_near")
    if not near or not isinstance(share, int | float) or not round(100 * share):
        return []
    return [say("note.near-share", percent=100 * share)]
