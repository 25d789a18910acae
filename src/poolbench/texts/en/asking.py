"""Questions on the command line."""

TEXTS = {
    "cli.yes-or-no": "[y/N]",
}
