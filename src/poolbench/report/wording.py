"""What has to be known to read the verdict rightly."""

from poolbench.records import VerdictRecord
from poolbench.report.read import RunView
from poolbench.report.words import Phrase, Words, in_each_language, say
from poolbench.texts import DEFAULT_LANGUAGE, TEXTS
from poolbench.verdict.sentence import describe_verdict

# Notes that are counted here, and the one that is a sentence of its own.
_COUNTED = ("diverged", "duplicates", "one-trial")


def say_verdict(view: RunView) -> Words:
    """The verdict as a sentence."""
    return in_each_language(lambda lang: describe_verdict(view.verdict, lang, view.labels))


def list_notes(view: RunView) -> list[Phrase]:
    """The warnings of this run, as sentences; one whose text is not known appears as its id."""
    ids = [note for note in view.verdict.notes if note not in _COUNTED]
    if view.verdict.protocol == "lab" and "test-watched" not in ids:
        ids.append("test-watched")
    known = TEXTS[DEFAULT_LANGUAGE]
    notes: list[Phrase] = [say(f"note.{i}") if f"note.{i}" in known else i for i in ids]
    if view.verification is not None and not view.verification.passed:
        notes.insert(0, say("note.not-verified"))
    for name, count in (("diverged", _count_diverged(view)), ("duplicates", _duplicates(view))):
        if count:
            notes.append(say(f"note.{name}", count=count))
    if view.verdict.left_out:
        names = ", ".join(view.labels.get(name, name) for name in view.verdict.left_out)
        notes.append(say("note.left-out", names=names))
    return notes


def name_interval(verdict: VerdictRecord) -> Words:
    """The interval's heading: several comparisons hold together."""
    key = "interval-alone" if len(verdict.differences) < 2 else "interval-together"
    return say(f"report.{key}", percent=100 * (1 - verdict.alpha))


def _count_diverged(view: RunView) -> int:
    return sum(
        trial.diverged_at is not None for variant in view.variants for trial in variant.trials
    )


def _duplicates(view: RunView) -> int:
    count = view.data.facts.get("duplicates_across_halves", 0)
    return count if isinstance(count, int) else 0
