"""Two versions of poolbench, the same study: do they compute the same bits?

    poolbench run --precision float32 --out RUN1      in an environment with one version
    poolbench run --precision float32 --out RUN2      in an environment with the other
    python -m benchmarks.reliability.two_versions RUN1 RUN2

On one machine and with equal settings, every trial's record, weights, predictions, shift curve and
history, the verdict, the leaderboard and the tables of the report must be equal. What may differ is
left out: the hash of the source, at the end of a trial's id and in its conditions, and all that is
measured in seconds or bytes. Result: benchmarks/results/reliability/two-versions.json, by --save.
"""

import argparse
import csv
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from benchmarks.machine import MEASURED, save

ARRAYS = ("weights.safetensors", "predictions.npz", "shift.npz", "history.csv")
# The end of a trial's id, and hashes of the source that stand in records and in the report.
HASH = re.compile(r"-[0-9a-f]{12}\b")
# Headings of columns and rows whose figures are measured anew by every run, or name the version.
ANEW = re.compile(
    r"second|time|memory|latency|, s(?![a-z])|\bms\b|\bMB\b|MiB|bytes|took|version|^poolbench",
    re.IGNORECASE,
)
SAVED = MEASURED / "reliability" / "two-versions.json"


def main() -> None:
    """Compare, print what differs, and end with 1 if anything does."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--save", metavar="NAME", help="keep the counts under this name")
    arguments = parser.parse_args()
    counts, found = compare_runs(arguments.first, arguments.second)
    for name, count in counts.items():
        print(f"{count} {name} compared")
    print(*(found or ["all equal"]), sep="\n")
    if arguments.save:
        before = json.loads(SAVED.read_text())["studies"] if SAVED.is_file() else {}
        studies = {**before, arguments.save: {**counts, "differences": len(found)}}
        save(SAVED.stem, {"studies": studies}, room="reliability")
    sys.exit(bool(found))


def compare_runs(first: Path, second: Path) -> tuple[dict[str, int], list[str]]:
    """Count what was compared, and name what differs."""
    trials = [
        {HASH.sub("", path.name): path for path in (run / "trials").iterdir()}
        for run in (first, second)
    ]
    found = [f"trials: only one run has {name}" for name in trials[0].keys() ^ trials[1].keys()]
    shared = sorted(trials[0].keys() & trials[1].keys())
    for name in shared:
        pair = trials[0][name], trials[1][name]
        if read_record(pair[0]) != read_record(pair[1]):
            found.append(f"{name}: record.json")
        found += [
            f"{name}: {file}"
            for file in ARRAYS
            if (pair[0] / file).read_bytes() != (pair[1] / file).read_bytes()
        ]
    readers = {"verdict": read_verdict, "leaderboard": read_leaderboard}
    found += [name for name, read in readers.items() if read(first) != read(second)]
    tables = [read_tables(run / "report.html") for run in (first, second)]
    if len(tables[0]) != len(tables[1]):
        found.append(f"report: {len(tables[0])} tables against {len(tables[1])}")
    cells = 0
    for number, pages in enumerate(zip(*tables, strict=False)):
        rows = [drop_measured(page) for page in pages]
        cells += sum(map(len, rows[0]))
        if rows[0] != rows[1]:
            found.append(f"report: table {number}")
    counts = {"trials": len(shared), "files": len(shared) * (1 + len(ARRAYS))}
    return {**counts, "report tables": len(tables[0]), "table cells": cells}, found


def read_record(trial: Path) -> Any:
    """Return the record of a trial without the hash of the source."""
    record = json.loads((trial / "record.json").read_text())
    record["id"] = HASH.sub("", record["id"])
    record["spec"]["conditions"].pop("poolbench")
    return record


def read_verdict(run: Path) -> Any:
    """Return the verdict of a run."""
    return json.loads((run / "verdict.json").read_text())


def read_leaderboard(run: Path) -> list[list[str]]:
    """Return the rows of the leaderboard without the columns of seconds."""
    return drop_measured(list(csv.reader((run / "leaderboard.csv").open())))


def drop_measured(rows: list[list[str]]) -> list[list[str]]:
    """Leave out the columns and rows whose heading says that they are measured anew."""
    if not rows:
        return rows
    kept, was_measured = [], False
    for k, heading in enumerate(rows[0]):
        # The p value of a measured ratio stands beside it.
        was_measured = bool(ANEW.search(heading)) or (was_measured and heading.startswith("p,"))
        if not was_measured:
            kept.append(k)
    return [
        [HASH.sub("", row[k]) for k in kept if k < len(row)]
        for row in rows
        if not row or not ANEW.search(row[0])
    ]


class _Tables(HTMLParser):
    """Collects the text of all cells of all tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self.is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_in_cell:
            self.tables[-1][-1][-1] += " ".join(data.split())


def read_tables(page: Path) -> list[list[list[str]]]:
    """Return the cells of every table of a page."""
    parser = _Tables()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.tables


if __name__ == "__main__":
    main()
