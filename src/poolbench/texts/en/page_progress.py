"""The page that shows a study while it runs."""

TEXTS = {
    "page.progress-table": "How the variants stand",
    "page.progress-accuracy": "accuracy",
    "page.progress-balanced-accuracy": "balanced accuracy",
    "page.progress-curve": "accuracy by epoch",
    "page.progress-left": "{left} left",
}
