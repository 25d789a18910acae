"""Where the time of a study went."""

TEXTS = {
    "account.title": "Where the time went ({seconds:,.1f} s without the report):",
    "account.line": "{part}: {seconds:,.1f} s, {share:.1%}",
    "account.start": "start and images",
    "account.measure": "measuring the speed",
    "account.steps": "training steps",
    "account.watching": "evaluation after epochs",
    "account.judging": "evaluation of trained networks",
    "account.rest": "rest of the training runs",
    "account.idle": "workers starting or idle",
    "account.hand-over": "export and explanations",
    "account.verify": "verification",
    "account.other": "everything else",
    "account.evaluation": "evaluation",
    "account.around": "other work and idle time of the workers",
    "account.end": "verification and everything else",
    "account.report": "report",
    "account.axis": "time (s)",
    "report.figure-account": (
        "Where the time went, of the last command that trained something. While networks are "
        "trained, each part has its share of the time of all workers. The report itself is left "
        "out."
    ),
    "card.samples-account": (
        "One command: {trials:,} {trials:training run|training runs} in {workers} "
        "{workers:worker process|worker processes}."
    ),
    "help.run.profile": "Show where the time went when the study is finished.",
}
