"""A study while it runs, and what comes after it."""

TEXTS = {
    "duration.seconds": "{seconds} s",
    "duration.minutes": "{minutes} min {seconds:02d} s",
    "duration.hours": "{hours} h {minutes:02d} min",
    # What is being done.
    "watch.replaces": (
        "The folder holds a finished study with other settings. Its verdict, leaderboard, model "
        "and report will be replaced; its trials are kept. To keep everything, choose another "
        "{--name} or {--out}."
    ),
    "watch.measure": "Measuring the speed of this machine",
    "watch.train": "Training",
    "watch.train-to": "Training to the end of repeat {repeats}",
    "watch.final": "Retraining the recommended variant",
    "watch.hand-over": "Exporting the networks and preparing figures for the report",
    "watch.verify": "Verifying the saved model in a fresh process",
    "watch.report": "Building the report",
    # The table of variants.
    "watch.column-variant": "variant",
    "watch.column-trials": "trials",
    "watch.column-accuracy": "accuracy",
    "watch.column-interval": "95% interval",
    "watch.column-curve": "curve",
    "watch.column-left": "time left",
    "watch.hidden": "{count} more {count:variant doesn't|variants don't} fit here.",
    # What comes after.
    "next.title": "Next:",
    "next.open": "open the report",
    "next.try": "try the models on your own images",
    "next.verify": "verify the saved model again",
    "next.hand-in": "write the report for the course",
    "next.continue": "continue with more repeats",
    "next.again": "train longer",
}
