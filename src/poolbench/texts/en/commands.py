"""The command line: what commands say beside their results."""

TEXTS = {
    "cli.namesake": (
        "{name} is the built-in image set. To use the folder or file of that name: --data ./{name}"
    ),
    "cli.progress": "Pictures: {done} of {total}",
    "cli.predicted": "Pictures classified: {done} of {total}",
    "cli.no-browser": "No browser could be opened. The page: {path}",
    "cli.predictions": "Answers: {path}",
    "cli.yes-or-no": "[y/N]",
}
