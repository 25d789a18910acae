"""The command line: what commands say beside their results."""

TEXTS = {
    "cli.namesake": (
        "{name} is the image set of that name. The folder or file in this place is --data ./{name}"
    ),
    "cli.progress": "Pictures: {done} of {total}",
    "cli.predicted": "Pictures with an answer: {done} of {total}",
    "cli.no-browser": "No browser could be opened. The page: {path}",
    "cli.predictions": "Table: {path}",
}
