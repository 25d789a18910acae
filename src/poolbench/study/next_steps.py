"""Say what can be done with a finished study: commands to copy."""

import shlex
from collections.abc import Sequence

from poolbench.config import StudyConfig
from poolbench.records import VerdictRecord
from poolbench.rundir.store import RunStore

# Chance of a decision from which on it is worth going on.
WORTH_CHANCE = 0.5
# The most that a person is told at once.
MOST_STEPS = 3


def list_next_steps(store: RunStore, verdict: VerdictRecord) -> list[tuple[str, str]]:
    """List what to do next: the key of its words, and the command, the most useful first."""
    run = store.path
    steps = [("next.open", _make_command("report", str(run), "--open"))]
    if verdict.recommended is not None:
        steps.append(("next.try", _make_command("serve", str(run))))
    config = store.load_config()
    more = find_more_repeats(verdict, config)
    if more is not None:
        settings = ("--config", str(run / "config.toml"), "--out", str(run))
        steps.append(("next.continue", _make_command("run", *settings, "--repeats", str(more))))
    if config.protocol == "lab":
        steps.append(("next.hand-in", _make_command("report", str(run), "--lab")))
    if verdict.recommended is not None:
        steps.append(("next.verify", _make_command("verify", str(run))))
    return steps[:MOST_STEPS]


def find_more_repeats(verdict: VerdictRecord, config: StudyConfig) -> int | None:
    """Return to how many repeats it is worth going on; ``None``: it is decided, or would not be.

    A study under the lab protocol stays as it was published.
    """
    if verdict.kind != "undecided" or verdict.is_futile or config.protocol == "lab":
        return None
    forecast = verdict.more_repeats
    if forecast is None:
        return 2 * verdict.repeats
    return forecast.repeats if forecast.chance >= WORTH_CHANCE else None


def _make_command(*words: str) -> str:
    return shlex.join(["poolbench", *words])


def align_steps(steps: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Write each command with what it does beside it, or above where there is no room.

    Example:
        >>> align_steps([("a", "poolbench verify x"), ("b", "poolbench serve x")], 80)
        ['  poolbench verify x   a', '  poolbench serve x    b']
    """
    longest = max((len(command) for _, command in steps), default=0)
    if 2 + longest + 3 + max((len(words) for words, _ in steps), default=0) <= width:
        return [f"  {command:<{longest}}   {words}" for words, command in steps]
    return [line for words, command in steps for line in (f"{words}:", f"  {command}")]
