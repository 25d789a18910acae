"""The page that shows a study while it runs."""

TEXTS = {
    "page.progress-table": "How the variants stand",
    "page.progress-variant": "variant",
    "page.progress-trials": "trials",
    "page.progress-accuracy": "accuracy",
    "page.progress-balanced-accuracy": "balanced accuracy",
    "page.progress-interval": "95 % interval",
    "page.progress-curve": "accuracy by epoch",
    "page.progress-time": "time left",
    "page.progress-left": "{left} left",
    "page.step-measure": "Measuring how fast this machine is",
    "page.step-train": "Training",
    "page.step-train-to": "Training up to repeat {repeats}",
    "page.step-final": "Training the recommended network on the whole pool",
    "page.step-hand-over": "Exporting and explaining the networks",
    "page.step-verify": "Verifying the saved model in a fresh process",
    "page.step-report": "Building the report",
    "page.duration-seconds": "{seconds} s",
    "page.duration-minutes": "{minutes} min {seconds} s",
    "page.duration-hours": "{hours} h {minutes} min",
}
