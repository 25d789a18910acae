"""How comparisons of pairs are read."""

TEXTS = {
    "report.reads-few-trials": "two trials can't tell",
}
