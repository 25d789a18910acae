"""The command line: what commands say beside their results."""

TEXTS = {
    "cli.namesake": (
        "{name} is the built-in image set. For the file or folder of that name here, use "
        "{--data} ./{name}"
    ),
    "cli.progress": "Pictures: {done:,} of {total:,}",
    "cli.predicted": "Pictures with an answer: {done:,} of {total:,}",
    "cli.no-browser": "No browser could be opened. The page: {path}",
    "cli.predictions": "Table: {path}",
}
