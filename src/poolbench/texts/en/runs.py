"""The list of runs, and what differs between two of them."""

TEXTS = {
    "runs.none": "There are no runs in {path}. poolbench run makes the first one.",
    "runs.column-name": "run",
    "runs.column-date": "date",
    "runs.column-pictures": "pictures",
    "runs.column-classes": "classes",
    "runs.column-verdict": "verdict",
    "runs.column-size": "size",
    "runs.winner": "winner: {name}",
    "runs.tied": "tie; use {name}",
    "runs.undecided": "undecided; best so far {name}",
    "runs.nothing-learned": "nothing learned",
    "runs.running": "running, {done} of {total}",
    "runs.running-unknown": "running",
    "runs.unfinished": "unfinished, {done} of {total}",
    "runs.unfinished-unknown": "unfinished",
    "runs.broken": "broken",
    "runs.reason": "{name}: {reason}",
    "runs.megabytes": "{size} MB",
    # poolbench runs rm.
    "runs.remove": "Delete {path} ({state}, {size})?",
    "runs.removed": "Deleted: {path}",
    "runs.kept": "Kept: {path}",
    "runs.others": "{path} stays: poolbench did not write {names}.",
    # poolbench runs diff.
    "runs.first": "A: {path} ({date}; {state})",
    "runs.second": "B: {path} ({date}; {state})",
    "runs.diff-pictures": "Pictures",
    "runs.diff-settings": "Settings",
    "runs.diff-versions": "Versions and machine",
    "runs.same": "{what}: the same.",
    "runs.diff-accuracy": "Accuracy, B minus A",
    "runs.column-first": "A",
    "runs.column-second": "B",
    "runs.column-difference": "B − A, points",
    "runs.column-interval": "95 % interval",
    "runs.column-repeats": "repeats",
    "runs.column-setting": "name",
    "runs.same-trainings": "the same trainings",
    "runs.balanced": "Accuracy is the mean over classes here.",
    "runs.together": (
        "Trials are paired: the same pictures, held out in the same folds. Only repeats that "
        "both studies have count here, so an accuracy may differ from that of its leaderboard. "
        "All intervals hold together with 95 %; one that holds 0 does not tell the two apart. "
        "Nobody planned this comparison before the studies ran, so take it as exploratory."
    ),
    "runs.only-first": "Only in A: {names}.",
    "runs.only-second": "Only in B: {names}.",
    "runs.unpaired-pictures": (
        "No intervals: the two studies have other pictures, so that their trials cannot be paired. "
        "Accuracies stand side by side, and a gap may come from the pictures."
    ),
    "runs.unpaired-protocol": (
        "No intervals: one study has protocol cv and the other lab, which hold out other pictures."
    ),
    "runs.unpaired-splits": (
        "No intervals: the same pictures were held out in other folds (seed, folds or groups "
        "differ), so that trials cannot be paired."
    ),
    "runs.unpaired-unfinished": "No accuracies: a study without a verdict has none to compare.",
    "runs.unpaired-no-variant": "No accuracies: the two studies share no operator.",
    # The page that poolbench serve shows without a run.
    "runs.page-title": "Runs",
    "runs.page-place": "Runs in {path}",
    "runs.page-none": "There are no runs here yet.",
    "runs.page-report": "Report",
    "runs.page-no-report": "no report",
    "runs.page-hint": "To try the models of a run on pictures:",
    "runs.page-serve": "Showing the runs in {path}: {url}  (Ctrl-C stops it)",
}
