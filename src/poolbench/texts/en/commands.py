"""The command line: what commands say beside their results."""

TEXTS = {
    "cli.namesake": (
        "{name} means the built-in image set. To use the file or folder of that name, write "
        "{--data} ./{name}"
    ),
    "cli.progress": "{done:,} of {total:,} {total:image|images}",
    "cli.predicted": "{done:,} of {total:,} {total:image|images} classified",
    "cli.no-browser": "No browser could be opened. Open the page yourself: {path}",
    "cli.predictions": "Table: {path}",
}
