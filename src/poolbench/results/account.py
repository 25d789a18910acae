"""Split the time of a study into what the program did with it."""

from collections.abc import Mapping

from poolbench.records import Account

# Phases of which each is a part of its own, and the part that it belongs to.
_PARTS: Mapping[str, str] = {
    "start": "start",
    "images": "start",
    "measure": "measure",
    "hand-over": "hand-over",
    "verify": "verify",
    "other": "other",
}


def split_seconds(account: Account) -> dict[str, float]:
    """Return the seconds by the clock of each part, in the order of a study.

    While trials are trained, each part has that share of the time which it has of the seconds of
    all workers. The report is left out, since it shows this.
    """
    phases = account.phases
    trained = phases.get("train", 0.0) + phases.get("final", 0.0)
    # The final trial is alone, and takes one worker.
    room = account.workers * phases.get("train", 0.0) + phases.get("final", 0.0)
    work = {
        "steps": account.steps,
        "watching": account.watching,
        "judging": account.judging,
        "rest": account.rest,
    }
    idle = max(0.0, room - sum(work.values()))
    scale = trained / (sum(work.values()) + idle)
    parts = {"start": 0.0, "measure": 0.0}
    parts |= {name: scale * seconds for name, seconds in {**work, "idle": idle}.items()}
    parts |= {"hand-over": 0.0, "verify": 0.0, "other": 0.0}
    for phase, part in _PARTS.items():
        parts[part] += phases.get(phase, 0.0)
    return parts
