"""Show what a person sees while a study runs: progress on a terminal, lines elsewhere.

Everything goes to standard error; standard output is for JSON.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from poolbench.evaluation.metrics import METRICS, Form
from poolbench.operators import OperatorFacts
from poolbench.records import (
    CalibrationRecord,
    Difference,
    Headline,
    LeaderboardRow,
    OrderFinding,
    VerdictRecord,
)
from poolbench.streams import forgive_errors
from poolbench.texts import text
from poolbench.texts.plain import list_some, make_plain
from poolbench.verdict.sentence import describe_verdict, flip

# Share of the whole after which a line is written where there is no terminal.
LINE_SHARE = 0.1
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
        # Names are not written in rich's language, whatever brackets and colons they have.
        self.console = Console(
            file=forgive_errors(),
            quiet=quiet,
            highlight=False,
            soft_wrap=True,
            markup=False,
            emoji=False,
        )
        if not self.console.is_terminal:
            self.console.width = LINE_WIDTH

    def say(self, key: str, **values: object) -> None:
        """Print one line of the catalogue of texts."""
        plain = {
            name: make_plain(str(value)) if isinstance(value, str | Path) else value
            for name, value in values.items()
        }
        self.console.print(text(key, self.lang, **plain), markup=False)

    def tell(self, line: str) -> None:
        """Print one line that is in words already."""
        self.console.print(make_plain(line), markup=False)

    def show_loading(self, step: str, done: int, total: int) -> None:
        """Show how far the pictures are: a line for every tenth of a step of known size."""
        tenth = (step, done * 10 // total) if total else (step, 0)
        if (tenth[1] or step == "download") and tenth != self._loading:
            self.say("run.loading", step=text(f"run.step-{step}", self.lang), percent=10 * tenth[1])
        self._loading = tenth

    def show_verdict(self, verdict: VerdictRecord) -> None:
        """Show the verdict in one sentence."""
        self.console.print(make_plain(describe_verdict(verdict, self.lang)), style="bold")
        for note in verdict.notes:
            # The sentence has already told that one trial cannot tell.
            if note != "one-trial":
                self.say(f"note.{note}")
        for name, classes in verdict.missed_classes.items():
            # Only those of the variant to use, or of all if there is none.
            if verdict.recommended in (name, None):
                self.say("note.missed-classes", variant=name, classes=list_some(classes))
        if verdict.undertrained and verdict.recommended is not None:
            self.say("note.undertrained", variants=", ".join(verdict.undertrained))
        if verdict.left_out:
            self.say("note.left-out", names=", ".join(verdict.left_out))

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
        """Show the table of all variants."""
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        shown = [(entry, entry.on_screen) for entry in METRICS if entry.on_screen is not None]
        headings = [f"report.{rows[0].metric}", "run.column-interval"]
        headings += [heading for _, heading in shown]
        table.add_column(text("run.column-variant", self.lang), justify="left", no_wrap=True)
        for heading in headings:
            table.add_column(text(heading, self.lang), justify="right")
        for row in rows:
            table.add_row(
                make_plain(row.variant),
                f"{row.accuracy:.4f}",
                f"{row.accuracy_low:.4f}–{row.accuracy_high:.4f}",
                *(format_metric(entry.form, row.get(entry.key)) for entry, _ in shown),
            )
        self.console.print(table)

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
            found = [
                f"{d.first} − {d.second}: {d.points:.1f} ({d.low:.1f} … {d.high:.1f})"
                for d in _orient(finding)
            ]
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

    def track(self, work: Mapping[str, float], epochs: Mapping[str, int]) -> "Tracker":
        """Return a tracker for these trials.

        Args:
            work: Trial id to expected seconds.
            epochs: Trial id to epochs.
        """
        if self.console.is_terminal and not self.console.quiet:
            return _BarTracker(work, epochs, self)
        return Tracker(work, epochs, self)


class Tracker:
    """Counts finished work and says so in plain lines; a context manager."""

    def __init__(
        self, work: Mapping[str, float], epochs: Mapping[str, int], display: Display
    ) -> None:
        self.work = work
        self.epochs = epochs
        self.display = display
        self.total = sum(work.values())
        self.parts: dict[str, float] = {}
        self.done = 0
        self.started = time.monotonic()
        self._next_line = LINE_SHARE

    def __enter__(self) -> "Tracker":
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def update(self, trial: str, epoch: int | None) -> None:
        """Count an epoch of a trial as done; ``None``: the whole trial is."""
        if epoch is None:
            self.done += 1
            self.parts[trial] = self.work[trial]
        else:
            # After the last epoch a trial is still to be judged and saved.
            self.parts[trial] = self.work[trial] * epoch / (self.epochs[trial] + 1)
        self.show()

    @property
    def share(self) -> float:
        """Finished share of the work, 0–1."""
        return sum(self.parts.values()) / self.total if self.total else 1.0

    @property
    def seconds_left(self) -> float:
        """Seconds that are left by the speed so far."""
        elapsed = time.monotonic() - self.started
        return elapsed / self.share - elapsed if self.share else float("nan")

    def show(self) -> None:
        """Show a line each time another tenth is done."""
        if self.share + 1e-9 < self._next_line:
            return
        self._next_line = self.share + LINE_SHARE
        self.display.say(
            "run.progress",
            done=self.done,
            total=len(self.work),
            percent=round(100 * self.share),
            left=format_duration(self.seconds_left),
        )


class _BarTracker(Tracker):
    """Shows the same as a bar on a terminal."""

    def __init__(
        self, work: Mapping[str, float], epochs: Mapping[str, int], display: Display
    ) -> None:
        super().__init__(work, epochs, display)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[left]}"),
            console=display.console,
            transient=True,
        )
        self.task = self.bar.add_task(
            text("run.training", display.lang), total=self.total, left="", count=""
        )

    def __enter__(self) -> "Tracker":
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    def show(self) -> None:
        left = text("run.left", self.display.lang, left=format_duration(self.seconds_left))
        count = f"{self.done}/{len(self.work)}"
        self.bar.update(self.task, completed=sum(self.parts.values()), left=left, count=count)


def _orient(finding: OrderFinding) -> list[Difference]:
    """Return the differences that were asked for, each in the direction that was expected."""
    wanted = [
        flip(pair) if (pair.second, pair.first) in finding.expected else pair
        for pair in finding.found
    ]
    return [d for d in wanted if (d.first, d.second) in finding.expected or finding.tied]


_FORMS: dict[Form, Callable[[float], str]] = {
    "plain": "{:.4f}".format,
    "signed": "{:.4f}".format,
    "seconds": "{:.1f}".format,
    "milliseconds": "{:.2f}".format,
    "count": "{:.0f}".format,
    "millions": lambda value: f"{value / 1e6:.2f}",
}


def format_metric(form: Form, value: float | None) -> str:
    """Write the value of a metric for the screen; a dash where there is none."""
    return "–" if value is None else _FORMS[form](value)


def format_duration(seconds: float) -> str:
    """Format a duration: ``4 s``, ``3 min 20 s``, ``2 h 05 min``.

    Example:
        >>> format_duration(200), format_duration(7500), format_duration(float("nan"))
        ('3 min 20 s', '2 h 05 min', '?')
    """
    if seconds != seconds:
        return "?"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def format_operators(facts: Sequence[OperatorFacts], lang: str) -> str:
    """Format the catalogue as lines of equal columns."""
    columns = ("id", "family", "year", "parameters", "cost", "title")
    rows = [tuple(text(f"operators.{column}", lang) for column in columns)]
    for fact in facts:
        family = f"family.{fact.family}" if fact.family else "family.own"
        cost = "–" if fact.relative_cost is None else f"{fact.relative_cost:.1f}"
        title = fact.title_ru if lang == "ru" and fact.title_ru else fact.title
        year = str(fact.year) if fact.year else "–"
        rows.append((fact.id, text(family, lang), year, str(fact.parameters), cost, title))
    widths = [max(len(row[column]) for row in rows) for column in range(len(columns))]
    lines = []
    for row in rows:
        numbers = [f"{cell:>{width}}" for cell, width in zip(row[2:5], widths[2:5], strict=True)]
        words = [f"{cell:<{width}}" for cell, width in zip(row[:2], widths[:2], strict=True)]
        lines.append("  ".join([*words, *numbers, row[5]]))
    return "\n".join([*lines, "", text("operators.note", lang)])
