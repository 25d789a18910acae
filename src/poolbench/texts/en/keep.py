"""The page keeps pictures for the report that is handed in."""

TEXTS = {
    "serve.refused-keep": "The server does not understand what the page sent. Reload the page.",
    "serve.refused-keep-full": (
        "{most} pictures are already saved, which is the maximum. To start over, delete tried.json "
        "in the run directory."
    ),
    "page.keep-title": "For the report",
    "page.keep-truth": "The picture shows",
    "page.keep-choose": "choose …",
    "page.keep-none": "none of the classes",
    "page.keep-choose-first": "Choose what the picture shows first.",
    "page.keep-button": "Save picture and row for the report",
    "page.keep-file": "Download tried.json",
    "page.keep-said": "Saved. Pictures for the report: {count}.",
    "page.keep-said-file": "Pictures for the report: {count}. Download them before you leave.",
    "page.keep-full": "{most} pictures are already saved, which is the maximum.",
    "page.keep-hint-server": (
        "The picture, as it is now, and every model's answer become one row of the report that "
        "poolbench report --lab writes."
    ),
    "page.keep-hint-wasm": (
        "The picture, as it is now, and every model's answer become one row of the report: put "
        "tried.json into the run directory, then run poolbench report --lab."
    ),
}
