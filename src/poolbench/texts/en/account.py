"""Where the time of a study went."""

TEXTS = {
    "account.title": "Where the time went ({seconds:,.1f} s without the report):",
    "account.line": "{part}: {seconds:,.1f} s, {share:.1%}",
    "account.start": "startup and loading images",
    "account.measure": "measuring the machine's speed",
    "account.steps": "training steps",
    "account.watching": "evaluation after epochs",
    "account.judging": "evaluation of trained networks",
    "account.rest": "rest of the training runs",
    "account.idle": "workers starting or idle",
    "account.hand-over": "exporting networks and preparing figures",
    "account.verify": "verification",
    "account.other": "everything else",
    "account.evaluation": "evaluation",
    "account.around": "other work and idle time of the workers",
    "account.end": "verification and everything else",
    "account.report": "report",
    "account.axis": "time (s)",
    "report.figure-account": (
        "Where the time went in the last command that trained a network. For the training phase, "
        "elapsed time is divided among the parts in proportion to the total worker time spent on "
        "each. Time spent building the report is not included."
    ),
    "card.samples-account": (
        "One command: {trials:,} {trials:training run|training runs} in {workers} "
        "{workers:worker process|worker processes}."
    ),
    "help.run.profile": "Show where the time went when the study is finished.",
}
