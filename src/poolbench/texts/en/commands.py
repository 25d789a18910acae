"""The command line: what commands say beside their results."""

TEXTS = {
    "cli.namesake": (
        "{name} means the built-in image set. To use the file or folder of that name, write "
        "{--data} ./{name}"
    ),
    "cli.progress": "Pictures: {done:,} of {total:,}",
    "cli.predicted": "Pictures with an answer: {done:,} of {total:,}",
    "cli.no-browser": "No browser could be opened. Open the page yourself: {path}",
    "cli.predictions": "Table: {path}",
}
