"""Say what a study does and finds: lines and tables on standard error.

Everything goes to standard error; standard output is for JSON.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from poolbench.errors import Voice
from poolbench.evaluation.metrics import METRICS, Form
from poolbench.operators import OperatorFacts
from poolbench.records import (
    Account,
    CalibrationRecord,
    Difference,
    Headline,
    LeaderboardRow,
    OrderFinding,
    VariantSpec,
    VerdictRecord,
)
from poolbench.report.read import label_variants
from poolbench.results.account import split_seconds
from poolbench.streams import forgive_errors
from poolbench.study.next_steps import align_steps
from poolbench.study.watching import Watch, open_front
from poolbench.study.watching.front import is_notebook
from poolbench.study.watching.lines import LINE_SECONDS, LONG_SECONDS
from poolbench.study.watching.table import make_table
from poolbench.study.watching.words import format_interval
from poolbench.texts import fill, text
from poolbench.texts.class_names import name_classes
from poolbench.texts.filling import Tellable, format_number
from poolbench.texts.plain import list_some, make_plain, make_plain_lines, wrap_words
from poolbench.verdict.sentence import describe_verdict, flip

# Width of tables where there is no terminal to cut them to.
LINE_WIDTH = 120


class Display:
    """Shows a study on standard error.

    Args:
        lang: ``en`` or ``ru``.
        quiet: Show nothing.
    """

    def __init__(self, lang: str = "en", *, quiet: bool = False) -> None:
        self.lang = lang
        self._loading = ("", 0)
        self._next_loading = time.monotonic() + LONG_SECONDS
        self._labels: dict[str, str] = {}
        # Names are not written in rich's language, whatever brackets and colons they have.
        self.console = Console(
            # A notebook shows standard error as if something had gone wrong.
            file=sys.stdout if is_notebook() else forgive_errors(),
            quiet=quiet,
            highlight=False,
            soft_wrap=True,
            markup=False,
            emoji=False,
            # Its own outputs in a notebook would each be an HTML page of one line.
            force_jupyter=False,
        )
        if not self.console.is_terminal:
            self.console.width = LINE_WIDTH
        self.watch = Watch(open_front(self.console, lang))

    def name_variants(self, specs: Sequence[VariantSpec]) -> None:
        """Name variants from now on by what tells them apart in their study."""
        self._labels = label_variants(list(specs))

    def name(self, variant: str) -> str:
        """Return the name of a variant to show: its shortest in this study, or its id."""
        return self._labels.get(variant, variant)

    @property
    def labels(self) -> Mapping[str, str]:
        """The shortest name of each variant, by its id."""
        return self._labels

    def say(self, key: str, **values: object) -> None:
        """Print one line of the catalogue of texts."""
        plain = {name: self._make_plain(value) for name, value in values.items()}
        self._print(fill(key, self.lang, Voice.spelling, plain))

    def _make_plain(self, value: object) -> object:
        """Make plain what others have named; numbers are left to the text."""
        if isinstance(value, Tellable):
            return make_plain_lines(value.tell(self.lang, Voice.spelling))
        if isinstance(value, list):
            return [self._make_plain(one) for one in value]
        return make_plain(str(value)) if isinstance(value, str | Path) else value

    def tell(self, line: str) -> None:
        """Print one line that is in words already."""
        self._print(make_plain(line))

    def _print(self, line: str, style: str | None = None) -> None:
        """Print a line; a terminal that is narrower gets it in several, parted between words."""
        if self.console.is_terminal:
            line = wrap_words(line, self.console.width)
        self.console.print(line, style=style)

    def show_loading(self, step: str, done: int, total: int) -> None:
        """Show how far the pictures are: a line for a tenth of a step, not two in ten seconds."""
        tenth = (step, done * 10 // total) if total else (step, 0)
        is_due = time.monotonic() >= self._next_loading
        if (tenth[1] or step == "download") and tenth != self._loading and is_due:
            self._next_loading = time.monotonic() + LINE_SECONDS
            self.say("run.loading", step=text(f"run.step-{step}", self.lang), share=tenth[1] / 10)
        self._loading = tenth

    def show_verdict(self, verdict: VerdictRecord, source: str) -> None:
        """Show the verdict in one sentence.

        Args:
            source: The image set, as on the command line.
        """
        self._print(make_plain(describe_verdict(verdict, self.lang, self._labels)), "bold")
        for note in verdict.notes:
            # The sentence has already told that one trial cannot tell.
            if note != "one-trial":
                self.say(f"note.{note}")
        for name, classes in verdict.missed_classes.items():
            # Only those of the variant to use, or of all if there is none.
            if verdict.recommended in (name, None):
                names = list_some(name_classes(classes, source, self.lang))
                self.say("note.missed-classes", variant=self.name(name), classes=names)
        if verdict.undertrained and verdict.recommended is not None:
            self.say("note.undertrained", variants=self._name_all(verdict.undertrained))
        if verdict.left_out:
            self.say("note.left-out", names=self._name_all(verdict.left_out))

    def _name_all(self, variants: Sequence[str]) -> list[str]:
        return [*map(self.name, variants)]

    def show_headline(self, key: str, headline: Headline) -> None:
        """Show what was measured on the test half, in one line."""
        count = {"count": headline.pictures, "groups": headline.groups}
        units = "run.pictures" if headline.groups is None else "run.pictures-in-groups"
        self.say(
            key,
            metric=text(f"report.{headline.metric}", self.lang),
            pictures=text(units, self.lang, **count),
            **headline.model_dump(include={"value", "low", "high", "constant"}),
        )

    def show_leaderboard(self, rows: Sequence[LeaderboardRow]) -> None:
        """Show the table of all variants, as many columns as there is room for."""
        shown = [(entry, entry.on_screen) for entry in METRICS if entry.on_screen is not None]
        headings = ["run.column-variant", f"report.{rows[0].metric}", "run.column-interval"]
        headings += [heading for _, heading in shown]
        cells = [
            (
                make_plain(self.name(row.variant)),
                format_number(row.accuracy, ".4f", self.lang),
                format_interval(row.accuracy_low, row.accuracy_high, self.lang),
                *(format_metric(entry.form, row.get(entry.key), self.lang) for entry, _ in shown),
            )
            for row in rows
        ]
        words = [text(heading, self.lang) for heading in headings]
        self.console.print(make_table(words, cells, self.console.width))

    def show_account(self, account: Account | None) -> None:
        """Show where the time went, if something was trained in this run."""
        if account is None:
            return
        parts = split_seconds(account)
        whole = sum(parts.values())
        self.say("account.title", seconds=whole)
        shown = {**parts, "report": account.phases.get("report", 0.0)}
        for name, seconds in shown.items():
            part = text(f"account.{name}", self.lang)
            self.say("account.line", part=f"  {part}", seconds=seconds, share=seconds / whole)

    def show_next(self, steps: Sequence[tuple[str, str]]) -> None:
        """Show what to do next.

        Args:
            steps: Key of the words and command.
        """
        self.say("next.title")
        said = [(text(key, self.lang), make_plain(command)) for key, command in steps]
        for line in align_steps(said, self.console.width):
            self._print(line)

    def show_jobs(self, done: int, total: int) -> None:
        """Show a line for every tenth of some jobs."""
        if done * 10 // total > (done - 1) * 10 // total:
            self.say("calibrate.progress", done=done, total=total)

    def show_calibration(self, record: CalibrationRecord) -> None:
        """Show what was expected of each known-answer task, what was found, and the result."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for heading in ("task", "expected", "found", "right"):
            table.add_column(text(f"calibrate.{heading}", self.lang))
        for finding in record.orders:
            expected = [f"{better} > {worse}" for better, worse in finding.expected]
            expected += [" = ".join(finding.tied)] if finding.tied else []
            found = [self._describe_difference(pair) for pair in _orient(finding)]
            mark = text("report.passed" if finding.is_right else "report.failed", self.lang)
            right = f"{finding.right}/{finding.repetitions} {mark}"
            name = f"{finding.task}, {text(f'calibrate.{finding.measure}', self.lang)}"
            table.add_row(name, "\n".join(expected), "\n".join(found), right)
        self.console.print(table)
        equal = record.equal
        self.say("calibrate.equal", studies=equal.studies, winners=equal.winners, most=equal.most)
        for name in ("permuted", "coverage", "twins"):
            finding = getattr(record, name)
            if finding is not None:
                mark = text("report.passed" if finding.is_right else "report.failed", self.lang)
                self.say(f"calibrate.{name}", mark=mark, **finding.model_dump())
        self.say("calibrate.passed" if record.passed else "calibrate.failed")

    def _describe_difference(self, pair: Difference) -> str:
        points, low, high = (
            format_number(value, ".1f", self.lang).replace("-", "−")
            for value in (pair.points, pair.low, pair.high)
        )
        return f"{pair.first} − {pair.second}: {points} ({low} … {high})"


def _orient(finding: OrderFinding) -> list[Difference]:
    """Return the differences that were asked for, each in the direction that was expected."""
    wanted = [
        flip(pair) if (pair.second, pair.first) in finding.expected else pair
        for pair in finding.found
    ]
    return [d for d in wanted if (d.first, d.second) in finding.expected or finding.tied]


_FORMS: dict[Form, str] = {
    "plain": ".4f",
    "signed": ".4f",
    # As accuracy beside it.
    "points": ".4f",
    "seconds": "_.1f",
    "milliseconds": "_.2f",
    "count": "_.0f",
    "millions": "_.2f",
}


def format_metric(form: Form, value: float | None, lang: str) -> str:
    """Write the value of a metric for the screen; a dash where there is none."""
    if value is None:
        return "–"
    shown = value / 1e6 if form == "millions" else value
    return format_number(shown, _FORMS[form], lang).replace("-", "−")


def format_operators(facts: Sequence[OperatorFacts], lang: str) -> str:
    """Format the catalogue as lines of equal columns."""
    columns = ("id", "family", "year", "parameters", "cost", "title")
    rows = [tuple(text(f"operators.{column}", lang) for column in columns)]
    for fact in facts:
        family = f"family.{fact.family}" if fact.family else "family.own"
        cost = "–" if fact.relative_cost is None else format_number(fact.relative_cost, ".1f", lang)
        title = fact.title_ru if lang == "ru" and fact.title_ru else fact.title
        year = str(fact.year) if fact.year else "–"
        parameters = format_number(fact.parameters, "_", lang)
        rows.append((fact.id, text(family, lang), year, parameters, cost, title))
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    lines = []
    for row in rows:
        numbers = [f"{cell:>{width}}" for cell, width in zip(row[2:5], widths[2:5], strict=True)]
        words = [f"{cell:<{width}}" for cell, width in zip(row[:2], widths[:2], strict=True)]
        lines.append("  ".join([*words, *numbers, row[5]]))
    return "\n".join([*lines, "", text("operators.note", lang)])
