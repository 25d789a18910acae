"""The page keeps pictures for the report that is handed in."""

TEXTS = {
    "serve.refused-keep": "The server does not understand what the page sent. Reload the page.",
    "serve.refused-keep-full": (
        "{most} images are already saved, which is the maximum. To start over, delete tried.json "
        "in the run directory."
    ),
    "page.keep-title": "For the lab report",
    "page.keep-truth": "The image shows",
    "page.keep-choose": "Choose…",
    "page.keep-none": "none of the classes",
    "page.keep-choose-first": "First choose what the image shows.",
    "page.keep-button": "Save image and predictions for the report",
    "page.keep-file": "Download tried.json",
    "page.keep-said": "Saved. {count} {count:image|images} for the report.",
    "page.keep-said-file": (
        "{count} {count:image|images} for the report. Download tried.json before you leave."
    ),
    "page.keep-full": "{most} images are already saved, which is the maximum.",
    "page.keep-hint-server": (
        "The image in its current position and every model's prediction are added as one row to a "
        "table in the lab report, which you generate with poolbench report --lab."
    ),
    "page.keep-hint-wasm": (
        "The image in its current position and every model's prediction become one row of a table "
        "in the lab report: put tried.json into the run directory, then run poolbench report --lab."
    ),
}
