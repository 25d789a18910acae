"""``report.html``: one file that explains a run, with everything it needs inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from poolbench.execution.store import RunStore
from poolbench.report import about, classes, gallery, pairs, tables
from poolbench.report.drawing import Drawing
from poolbench.report.figures import FIGURES, list_figures
from poolbench.report.read import RunView, read_run
from poolbench.report.style import PALETTE, use_style
from poolbench.report.table import Table
from poolbench.report.wording import list_notes, say_verdict
from poolbench.report.words import Words, say, speak
from poolbench.texts import TEXTS
from poolbench.texts.plain import make_plain_page
from poolbench.texts.policy import load_report_script, make_report_policy

REPORT_NAME = "report.html"
SECTIONS = (
    *("comparison", "differences", "learning", "costs", "mistakes", "pictures", "shift"),
    *("landscape", "final", "data", "repeat"),
)


# That not every run has.
TABLES = frozenset(("differences", "baseline", "beside", "final", "files", "verification"))


@dataclass(frozen=True)
class Plate:
    """A drawing as the page shows it."""

    svg: Markup
    drawing: Drawing


def build_report(path: Path, lang: str = "en") -> Path:
    """Draw the figures of a finished run and write its report.

    The same run gives the same bytes. Beside the page lie all of its figures (``figures/``, SVG
    and PNG) and tables (``tables/``, CSV).

    Args:
        path: The run directory.
        lang: The language in which the page opens, and that of the files: ``en`` or ``ru``.

    Raises:
        RunError: If ``path`` is no run, is not finished, holds a broken file, or cannot be written.
    """
    view = read_run(path)
    store = RunStore(path)
    plates = {}
    with use_style():
        for name, kind in list_figures(view).items():
            drawing = kind.draw(view)
            plates[name] = Plate(drawing.to_svg(name), drawing)
            drawing.add_words(lang)
            for file, content in drawing.to_files(name).items():
                store.save_bytes(f"figures/{file}", content)
    found = list_tables(view)
    for name, table in found.items():
        store.save_bytes(f"tables/{name}.csv", table.to_csv(lang))
    # What the run had before and has no longer.
    gone = FIGURES.keys() - plates.keys()
    store.remove(*(f"figures/{name}.{suffix}" for name in gone for suffix in ("svg", "png")))
    store.remove(*(f"tables/{name}.csv" for name in TABLES - found.keys()))
    store.save_bytes(REPORT_NAME, render_page(view, plates, found, lang).encode())
    return path / REPORT_NAME


def list_tables(view: RunView) -> dict[str, Table]:
    """The tables that this run has, by name."""
    made = {
        "leaderboard": tables.make_leaderboard(view),
        "differences": pairs.make_differences(view),
        "baseline": pairs.make_baseline(view),
        "beside": pairs.make_beside(view),
        "over-fitting": tables.make_over_fitting(view),
        "costs": tables.make_costs(view),
        "class-scores": classes.make_class_scores(view),
        "class-report-held-out": classes.make_class_report(view, "held-out"),
        "class-report-train": classes.make_class_report(view, "train"),
        "confusion": classes.make_confusion(view),
        "shift-consistency": tables.make_shift(view, "consistency"),
        "shift-accuracy": tables.make_shift(view, "accuracy"),
        "final": about.make_final(view),
        "files": about.make_files(view),
        "verification": about.make_verification(view),
        "data": about.make_data(view),
        "data-facts": about.make_data_facts(view),
        "environment": about.make_environment(view),
    }
    return {name: table for name, table in made.items() if table is not None and table.rows}


def render_page(
    view: RunView, plates: Mapping[str, Plate], found: Mapping[str, Table], lang: str
) -> str:
    """The page as HTML, which holds all languages and opens in one."""
    galleries = gallery.list_galleries(view)
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
            kind=view.verdict.kind if view.verdict.differences else "single",
            sentence=say_verdict(view),
            notes=list_notes(view),
            sections=[name for name in SECTIONS if name not in missing],
            plates=plates,
            tables=found,
            galleries=galleries,
        )
    )
    return make_plain_page(page)


def render_summary(path: Path, lang: str = "en") -> str:
    """The verdict and the leaderboard as a piece of HTML, for a notebook.

    Raises:
        RunError: As :func:`build_report`.
    """
    view = read_run(path)
    summary = _load_summary(lang).render(
        lang=lang,
        t=_say,
        sentence=say_verdict(view),
        notes=list_notes(view),
        leaderboard=tables.make_leaderboard(view),
    )
    return make_plain_page(summary)


def _say(key: str, **values: object) -> Words:
    return say(f"report.{key}", **values)


def _load_summary(lang: str) -> Template:
    """A notebook shows one language."""
    environment = _make_environment()
    environment.finalize = lambda value: speak(value, lang)
    return environment.get_template("summary.html.j2")


def _make_environment() -> Environment:
    return Environment(
        loader=PackageLoader("poolbench", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
