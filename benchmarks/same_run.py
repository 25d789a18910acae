"""Whether two runs of the same study say the same, to the last bit."""

from pathlib import Path

TRIAL_FILES = ("record.json", "history.csv", "weights.safetensors", "predictions.npz", "shift.npz")
RUN_FILES = ("verdict.json", "data.json", "plan.json", "best/weights.safetensors")
# Columns of seconds come after them.
EQUAL_COLUMNS = 14


def find_differences(first: Path, second: Path) -> list[str]:
    """Files that should be equal and are not; seconds apart.

    Trials of only one of the runs are named too, and what an interrupted process left behind.
    """
    trials = [{path.name for path in (run / "trials").iterdir()} for run in (first, second)]
    found = sorted(trials[0] ^ trials[1])
    names = [f"trials/{trial}/{name}" for trial in trials[0] & trials[1] for name in TRIAL_FILES]
    for name in [*names, *RUN_FILES]:
        if (first / name).read_bytes() != (second / name).read_bytes():
            found.append(name)
    boards = [
        [line.split(",")[:EQUAL_COLUMNS] for line in (run / "leaderboard.csv").read_text().split()]
        for run in (first, second)
    ]
    if boards[0] != boards[1]:
        found.append("leaderboard.csv")
    found += [str(path.relative_to(second)) for path in second.rglob(".part-*")]
    return found + [str(path.relative_to(second)) for path in second.glob("checkpoints")]
