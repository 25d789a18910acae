"""How comparisons of pairs are read."""

TEXTS = {
    "report.reads-few-trials": "too few trials (2)",
}
