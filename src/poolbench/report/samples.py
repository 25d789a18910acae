"""Say under every figure of how many pictures and trainings it is made."""

from collections.abc import Mapping

from poolbench.report.read import RunView
from poolbench.report.words import Words, say

# What a figure rests on, by its name; those of pictures that moved stand below.
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("differences", "baseline", "matrix"), "paired"),
    **dict.fromkeys(("loss-curves", "accuracy-curves"), "trials"),
    **dict.fromkeys(("gaps", "loss-rises", "accuracy-time", "accuracy-cost"), "predictions"),
    **dict.fromkeys(("class-scores", "confusion", "calibration"), "predictions"),
    **dict.fromkeys(("shift-consistency", "shift-accuracy"), "predictions"),
}
_MODES = ("circular", "border")


def say_samples(view: RunView) -> dict[str, Words]:
    """Say it of every figure, by name."""
    verdict = view.verdict
    values = {"pictures": verdict.pictures, "trials": _count_trials(view)}
    said = {
        name: say(
            f"card.samples-{kind}",
            **({"trials": values["trials"]} if kind == "trials" else values),
        )
        for name, kind in _KINDS.items()
    }
    account = None if view.timing is None else view.timing.account
    if account is not None:
        told = {"trials": account.trials, "workers": account.workers}
        said["account"] = say("card.samples-account", **told)
    if view.explained is not None:
        moved = int(view.explained.arrays["shift_counts"].max(initial=0))
        for mode in _MODES:
            for measure in ("consistency", "accuracy"):
                said[f"{measure}-{mode}"] = say("card.samples-shift", pictures=moved)
        facts = view.explained.facts.get("landscape")
        if isinstance(facts, dict) and isinstance(facts.get("pictures"), int):
            said["landscape"] = say("card.samples-landscape", pictures=facts["pictures"])
    return said


def _count_trials(view: RunView) -> int | Words:
    """Return how often variants were trained; some were dropped before others."""
    counts = [variant.row.trials for variant in view.variants]
    low, high = min(counts), max(counts)
    return low if low == high else say("report.range", low=low, high=high)
