"""``report.html``: one file that explains a run, with everything it needs inside."""

import base64
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from poolbench.execution.store import RunStore
from poolbench.report import pairs, tables
from poolbench.report.figures import save_figures
from poolbench.report.read import RunView, read_run
from poolbench.report.wording import list_notes
from poolbench.texts import text
from poolbench.verdict.sentence import describe_verdict

REPORT_NAME = "report.html"


def build_report(path: Path, lang: str = "en") -> Path:
    """Draw the figures of a finished run and write its report.

    The same run gives the same bytes.

    Args:
        path: The run directory.
        lang: ``en`` or ``ru``.

    Returns:
        The path of ``report.html``; the figures lie beside it in ``figures/``.

    Raises:
        RunError: If ``path`` is no run, is not finished, or holds a broken file.
    """
    view = read_run(path)
    figures = {name: _embed(file) for name, file in save_figures(view, lang).items()}
    page = render_page(view, figures, lang)
    RunStore(path).save_bytes(REPORT_NAME, page.encode())
    return path / REPORT_NAME


def render_page(view: RunView, figures: dict[str, str], lang: str) -> str:
    """The page as HTML.

    Args:
        figures: Name to data URI.
    """
    return _load_template("report.html.j2").render(
        lang=lang,
        t=partial(_say, lang),
        view=view,
        kind=view.verdict.kind if view.verdict.differences else "single",
        sentence=describe_verdict(view.verdict, lang, view.labels),
        notes=list_notes(view, lang),
        figures=figures,
        leaderboard=tables.make_leaderboard(view, lang),
        differences=pairs.make_differences(view, lang),
        baseline=pairs.make_baseline(view, lang),
        beside=pairs.make_beside(view, lang),
        over_fitting=tables.make_over_fitting(view, lang),
        class_reports=tables.list_class_reports(view, lang),
        confusion=tables.make_confusion(view, lang),
        costs=tables.make_costs(view, lang),
        shifts=[tables.make_shift(view, lang, name) for name in ("consistency", "accuracy")],
        final=tables.make_final(view, lang),
        files=tables.make_files(view, lang),
        verification=tables.make_verification(view, lang),
        data=[tables.make_data(view, lang), tables.make_data_facts(view, lang)],
        environment=tables.make_environment(view, lang),
    )


def render_summary(path: Path, lang: str = "en") -> str:
    """The verdict and the leaderboard as a piece of HTML, for a notebook.

    Raises:
        RunError: As :func:`build_report`.
    """
    view = read_run(path)
    return _load_template("summary.html.j2").render(
        lang=lang,
        t=partial(_say, lang),
        sentence=describe_verdict(view.verdict, lang, view.labels),
        notes=list_notes(view, lang),
        leaderboard=tables.make_leaderboard(view, lang),
    )


def _say(lang: str, key: str, **values: object) -> str:
    # The number and its percent sign stay on one line.
    return text(f"report.{key}", lang, **values).replace(" %", "\N{NO-BREAK SPACE}%")


def _load_template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("poolbench", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def _embed(file: Path) -> str:
    """An SVG file as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(file.read_bytes()).decode()
