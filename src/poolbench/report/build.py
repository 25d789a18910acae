"""Build ``report.html``: one file that explains a run, with everything it needs inside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from poolbench.records import LeaderboardRow
from poolbench.report import about, classes, gallery, pairs, tables
from poolbench.report.board import IN_NOTEBOOK, make_board
from poolbench.report.card import make_card
from poolbench.report.drawing import Drawing
from poolbench.report.faults import Faults
from poolbench.report.figures import FIGURES, FigureKind, list_figures
from poolbench.report.figures.choice import MOST_IN_COLOR
from poolbench.report.fonts import list_numbered
from poolbench.report.plates import Panel, Rendering, place_all, render, render_again
from poolbench.report.read import RunView, read_run
from poolbench.report.samples import say_samples
from poolbench.report.style import PALETTE, use_style
from poolbench.report.table import Table
from poolbench.report.wording import list_notes, say_advice, say_verdict
from poolbench.report.words import Words, say, speak
from poolbench.rundir.store import RunStore
from poolbench.texts import TEXTS
from poolbench.texts.plain import make_plain_page
from poolbench.texts.policy import load_report_script, make_report_policy

REPORT_NAME = "report.html"
SECTIONS = (
    *("comparison", "differences", "learning", "costs", "mistakes", "pictures", "shift"),
    *("landscape", "final", "data", "repeat"),
)


# Tables that not every run has.
TABLES = frozenset(
    ("differences", "baseline", "beside", "confused", "final", "files", "verification")
)
# Most of each kind that the page shows unfolded.
MOST_SHOWN = {
    **{"compared": 8, "keys": 12, "notes": 5, "numbered": 8, "pictures": 8},
}


@dataclass(frozen=True)
class Plate:
    """A drawing as the page shows it.

    Attributes:
        panels: Its parts in each language; most figures have one.
        tips: See :class:`~poolbench.report.drawing.Drawing`, in each language.
    """

    panels: Mapping[str, tuple[Panel, ...]]
    tips: Mapping[str, tuple[str, ...]]
    drawing: Drawing


def build_report(
    path: Path, lang: str = "en", tell: Callable[[str], None] = lambda line: None
) -> Path:
    """Draw the figures of a finished run and write its report.

    The same run gives the same bytes. Beside the page lie all of its figures (``figures/``, SVG
    and PNG) and tables (``tables/``, CSV). A part that cannot be made is left out, and a line at
    the top of the page says so.

    Args:
        path: The run directory.
        lang: The language in which the page opens, and that of the files: ``en`` or ``ru``.
        tell: Is given each of those lines.

    Raises:
        RunError: If ``path`` is no run, is not finished, holds a broken file, or cannot be written.
    """
    view = read_run(path)
    store = RunStore(path)
    faults = Faults()
    plates = {}
    for name, kind in list_figures(view).items():
        drawn = faults.attempt("figure", name, partial(_draw, view, name, kind, lang))
        if drawn is not None:
            plates[name], files = drawn
            for file, content in files.items():
                store.save_bytes(f"figures/{file}", content)
    found = list_tables(view, faults)
    for name, table in found.items():
        store.save_bytes(f"tables/{name}.csv", table.to_csv(lang))
    # What the run had before and has no longer.
    gone = FIGURES.keys() - plates.keys()
    store.remove(*(f"figures/{name}.{suffix}" for name in gone for suffix in ("svg", "png")))
    store.remove(*(f"tables/{name}.csv" for name in TABLES - found.keys()))
    galleries = gallery.list_galleries(view, faults)
    page = render_page(view, plates, found, galleries, faults.lines, lang)
    store.save_bytes(REPORT_NAME, page.encode())
    for line in faults.lines:
        tell(line.speak(lang))
    return path / REPORT_NAME


def _draw(view: RunView, name: str, kind: FigureKind, lang: str) -> tuple[Plate, dict[str, bytes]]:
    """Draw a figure for the page, and as files of its own."""
    panels, tips, files = {}, {}, {}
    first: tuple[Rendering, ...] | None = None
    for language in TEXTS:
        shown = replace(view, lang=language)
        # One style for each: what fails half-way leaves nothing behind for the next.
        with use_style(shown.names):
            drawing = kind.draw(shown)
            done = render(drawing) if first is None else render_again(drawing, first, language)
            first = first or done
            panels[language] = place_all(done, f"{name}-{language}")
            tips[language] = drawing.tips
            if language == lang:
                drawing.add_words(lang)
                files = drawing.to_files(name)
    return Plate(panels, tips, drawing), files


def list_tables(view: RunView, faults: Faults) -> dict[str, Table]:
    """Make the tables that this run has, by name."""
    makers: dict[str, Callable[[], Table | None]] = {
        "leaderboard": partial(tables.make_leaderboard, view),
        "differences": partial(pairs.make_differences, view),
        "baseline": partial(pairs.make_baseline, view),
        "beside": partial(pairs.make_beside, view),
        "over-fitting": partial(tables.make_over_fitting, view),
        "costs": partial(tables.make_costs, view),
        "class-scores": partial(classes.make_class_scores, view),
        "class-report-held-out": partial(classes.make_class_report, view, "held-out"),
        "class-report-train": partial(classes.make_class_report, view, "train"),
        "confused": partial(classes.make_confused, view),
        "confusion": partial(classes.make_confusion, view),
        "shift-consistency": partial(tables.make_shift, view, "consistency"),
        "shift-accuracy": partial(tables.make_shift, view, "accuracy"),
        "final": partial(about.make_final, view),
        "files": partial(about.make_files, view),
        "verification": partial(about.make_verification, view),
        "data": partial(about.make_data, view),
        "data-facts": partial(about.make_data_facts, view),
        "environment": partial(about.make_environment, view),
    }
    made = {name: faults.attempt("table", name, make) for name, make in makers.items()}
    return {name: table for name, table in made.items() if table is not None and table.rows}


def render_page(
    view: RunView,
    plates: Mapping[str, Plate],
    found: Mapping[str, Table],
    galleries: Sequence[gallery.Gallery],
    failed: Sequence[Words],
    lang: str,
) -> str:
    """Render the page as HTML, which holds all languages and opens in one.

    Args:
        failed: What is said of the parts that could not be made.
    """
    is_there = {
        "differences": "differences" in found,
        "pictures": bool(galleries),
        "landscape": "landscape" in plates,
    }
    missing = {name for name, there in is_there.items() if not there}
    page = (
        _make_environment()
        .get_template("report.html.j2")
        .render(
            lang=lang,
            policy=make_report_policy(),
            script=Markup(load_report_script()),
            languages=list(TEXTS),
            palette=PALETTE,
            t=_say,
            view=view,
            say=say,
            card=make_card(view),
            samples=say_samples(view),
            sentence=say_verdict(view),
            advice=say_advice(view) if view.verdict.recommended is None else "",
            notes=[*list_notes(view), *failed],
            sections=[name for name in SECTIONS if name not in missing],
            plates=plates,
            tables=found,
            galleries=galleries,
            numbered=list_numbered(view.data.classes),
            most=MOST_SHOWN,
            chosen=len(view.variants) > MOST_IN_COLOR,
        )
    )
    return make_plain_page(page)


def render_summary(path: Path, lang: str = "en") -> str:
    """Render the verdict and the leaderboard as a piece of HTML, for a notebook.

    Raises:
        RunError: As :func:`build_report`.
    """
    view = read_run(path)
    summary = _load_summary(lang).render(
        lang=lang,
        t=_say,
        sentence=say_verdict(view),
        # What to use is in the sentence.
        advice=say_advice(view) if view.verdict.recommended is None else "",
        notes=list_notes(view),
        leaderboard=tables.make_leaderboard(view),
    )
    return make_plain_page(summary)


def render_board(rows: Sequence[LeaderboardRow], lang: str = "en") -> str:
    """Render a leaderboard as a piece of HTML, for a notebook."""
    board = make_board(rows, IN_NOTEBOOK)
    return make_plain_page(
        _load_summary(lang, "board.html.j2").render(lang=lang, t=_say, leaderboard=board)
    )


def _say(key: str, **values: object) -> Words:
    return say(f"report.{key}", **values)


def _load_summary(lang: str, name: str = "summary.html.j2") -> Template:
    """Load the template of a summary; a notebook shows one language."""
    environment = _make_environment()
    environment.finalize = lambda value: speak(value, lang)
    return environment.get_template(name)


def _make_environment() -> Environment:
    return Environment(
        loader=PackageLoader("poolbench", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
