"""The page that shows a study while it runs."""

TEXTS = {
    "page.progress-table": "Results so far, by variant",
    "page.progress-accuracy": "accuracy",
    "page.progress-balanced-accuracy": "balanced accuracy",
    "page.progress-curve": "accuracy by epoch",
    "page.progress-left": "{left} left",
    "page.progress-terms": (
        "A variant is a network with one operator and one training recipe. A trial is one training "
        "run of one variant."
    ),
}
