"""The list of runs, and what differs between two of them."""

TEXTS = {
    "runs.none": "There are no runs in {path}. To start the first one: poolbench run",
    "runs.column-name": "run",
    "runs.column-date": "date",
    "runs.column-pictures": "images",
    "runs.column-classes": "classes",
    "runs.column-verdict": "verdict",
    "runs.column-size": "size",
    "runs.winner": "winner: {name}",
    "runs.tied": "tie; use {name}",
    "runs.undecided": "undecided; best so far: {name}",
    "runs.nothing-learned": "learned nothing",
    "runs.running": "running, {done} of {total}",
    "runs.running-unknown": "running",
    "runs.unfinished": "unfinished, {done} of {total}",
    "runs.unfinished-unknown": "unfinished",
    "runs.broken": "damaged",
    "runs.reason": "{name}: {reason}",
    "runs.megabytes": "{size:,.1f} MB",
    # poolbench runs rm.
    "runs.remove": "Delete {path} ({state}, {size})?",
    "runs.removed": "Deleted: {path}",
    "runs.kept": "Kept: {path}",
    "runs.others": "{path} is kept, because poolbench did not write {names}.",
    # poolbench runs diff.
    "runs.first": "A: {path} ({date}; {state})",
    "runs.second": "B: {path} ({date}; {state})",
    "runs.diff-pictures": "Images",
    "runs.diff-settings": "Settings",
    "runs.diff-versions": "Versions and machine",
    "runs.same": "{what}: the same.",
    "runs.diff-accuracy": "Accuracy, B minus A",
    "runs.column-first": "A",
    "runs.column-second": "B",
    "runs.column-difference": "B − A (points)",
    "runs.column-interval": "95% interval",
    "runs.column-repeats": "repeats",
    "runs.column-setting": "name",
    "runs.same-trainings": "the same training runs",
    "runs.balanced": "Accuracy here is the mean over classes.",
    "runs.together": (
        "Trials are paired: both studies hold out the same images in the same folds. Only the "
        "repeats that both have count here, so an accuracy may differ from the leaderboard's. The "
        "intervals hold simultaneously with 95% confidence; where one contains 0, the two runs "
        "can't be told apart. This comparison was not planned before the studies ran, so it is "
        "exploratory."
    ),
    "runs.only-first": "Only in A: {names}.",
    "runs.only-second": "Only in B: {names}.",
    "runs.unpaired-pictures": (
        "No intervals: the studies have different images, so their trials can't be paired. The "
        "accuracies are shown side by side; a gap may be due to the images."
    ),
    "runs.unpaired-protocol": (
        "No intervals: one study uses the cv protocol and the other the lab protocol, which hold "
        "out different images."
    ),
    "runs.unpaired-splits": (
        "No intervals: the studies split the same images into different folds (seed, folds or "
        "groups differ), so their trials can't be paired."
    ),
    "runs.unpaired-unfinished": "No accuracies: a study without a verdict has none to compare.",
    "runs.unpaired-no-variant": "No accuracies: the studies have no operator in common.",
    # The page that poolbench serve shows without a run.
    "runs.page-title": "Runs",
    "runs.page-place": "Runs in {path}",
    "runs.page-none": "There are no runs here yet.",
    "runs.page-report": "Report",
    "runs.page-no-report": "no report",
    "runs.page-hint": "To try the models of a run on images:",
    "runs.page-serve": "Showing the runs in {path}: {url}  (press Ctrl+C to stop)",
}
