"""The page keeps pictures for the report that is handed in."""

TEXTS = {
    "serve.refused-keep": "What the page says of this picture is not understood: reload the page.",
    "serve.refused-keep-full": (
        "{most} pictures are kept already, and no more are. Delete tried.json in the run directory "
        "to begin again."
    ),
    "page.keep-title": "For the report",
    "page.keep-truth": "It shows",
    "page.keep-choose": "choose …",
    "page.keep-none": "none of the classes",
    "page.keep-choose-first": "Choose first what the picture shows.",
    "page.keep-button": "Save picture and row for the report",
    "page.keep-file": "Download tried.json",
    "page.keep-said": "Saved. Pictures for the report: {count}.",
    "page.keep-said-file": "Pictures for the report: {count}. Download them before you leave.",
    "page.keep-full": "{most} pictures are kept already, and no more are.",
    "page.keep-hint-server": (
        "The picture as it is moved now, and what every model says of it, become a row of the "
        "report that poolbench report --lab writes."
    ),
    "page.keep-hint-wasm": (
        "The picture as it is moved now, and what every model says of it, become a row of the "
        "report: put tried.json into the run directory before poolbench report --lab."
    ),
}
