"""Build ``lab-report/``: the report that a student hands in, as Markdown and DOCX to edit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from poolbench.records import CHOICE, LAB_FILE, STEPS
from poolbench.report.handin import (
    lab_phrases,
    moving,
    outcome,
    phrases,
    questions,
    task,
    training,
)
from poolbench.report.handin.blocks import Block, Draft, Figure, Grid, clean
from poolbench.report.handin.course import compose_course
from poolbench.report.handin.fill import LANGUAGE
from poolbench.report.handin.markdown import write_markdown
from poolbench.report.handin.word import write_docx
from poolbench.report.read import RunView, read_run
from poolbench.report.words import Words
from poolbench.rundir.files import explain_unread
from poolbench.rundir.store import RunStore
from poolbench.texts import text

FOLDER = "lab-report"
NAME = "lab-report"


@dataclass(frozen=True)
class HandIn:
    """What was written, and what was not.

    Attributes:
        files: The documents.
        kept: Earlier documents that had other content, under the names that they have now.
        failed: What is said of the figures that could not be drawn.
    """

    files: tuple[Path, ...]
    kept: tuple[Path, ...]
    failed: tuple[Words, ...] = ()

    @property
    def markdown(self) -> Path:
        """The report as Markdown."""
        return self.files[0]

    @property
    def docx(self) -> Path:
        """The report as DOCX."""
        return self.files[1]

    def describe(self, lang: str) -> list[str]:
        """Return lines that say what was written, and what was not."""
        lines = [line.speak(lang) for line in self.failed]
        lines += [text("run.lab-kept", lang, path=path) for path in self.kept]
        lines += [text("run.lab-report", lang, path=path) for path in self.files]
        return lines


def build_handin(path: Path, author: str | None = None, group: str | None = None) -> HandIn:
    """Write the hand-in of a finished run into its folder ``lab-report``, in Russian.

    In a folder in which the whole assignment was done, that of all its runs. The same run gives the
    same bytes. A document that is there already and differs, as one into which answers were
    written, keeps its content under another name.

    Args:
        author, group: Names for the title page; what is not given is left blank there.

    Raises:
        RunError: If ``path`` is no run, is not finished, or holds a broken file.
    """
    last = path / CHOICE if is_course(path) else path
    view = _read(last)
    finished = datetime.fromtimestamp((last / "study.json").stat().st_mtime, tz=UTC)
    if last is path:
        draft, name = compose(view, author, group, finished.year), phrases.TITLE_NAME
    else:
        views = {step: view if step == CHOICE else _read(path / step) for step in STEPS}
        draft, name = compose_course(views, author, group, finished.year), lab_phrases.TITLE
    blocks = draft.blocks
    contents = {
        ".md": write_markdown(blocks).encode(),
        ".docx": write_docx(blocks, name, clean(author or ""), finished),
    }
    store = RunStore(path)
    for name, content in list_pictures(blocks):
        store.save_bytes(f"{FOLDER}/figures/{name}.png", content)
    files, kept = [], []
    for ending, content in contents.items():
        file = path / FOLDER / f"{NAME}{ending}"
        kept += _keep_other(store, f"{FOLDER}/{file.name}", content)
        store.save_bytes(f"{FOLDER}/{file.name}", content)
        files.append(file)
    return HandIn(tuple(files), tuple(kept), tuple(draft.faults.lines))


def _read(path: Path) -> RunView:
    return replace(read_run(path), lang=LANGUAGE)


def compose(view: RunView, author: str | None, group: str | None, year: int) -> Draft:
    """Compose the document."""
    draft = Draft()
    task.write_title(draft, view, author, group, year)
    task.write_task(draft, view)
    draft.add_heading(phrases.WORK)
    for write in (
        task.write_data,
        task.write_networks,
        training.write_curves,
        training.write_quality,
        training.write_time,
        training.write_over_fitting,
        outcome.write_choice,
        outcome.write_model,
        outcome.write_browser,
        moving.write_shift,
        outcome.write_results,
        outcome.write_landscape,
        outcome.write_conclusion,
        questions.write_questions,
    ):
        write(draft, view)
    return draft


def is_course(path: Path) -> bool:
    """Return whether the whole assignment was done in a folder."""
    return (path / LAB_FILE).is_file()


def list_pictures(blocks: Sequence[Block]) -> Iterator[tuple[str, bytes]]:
    """Yield name without the suffix and content of every picture of the document."""
    for block in blocks:
        if isinstance(block, Figure):
            yield block.name, block.content
        elif isinstance(block, Grid):
            yield from (picture for picture in block.pictures if picture is not None)


def _keep_other(store: RunStore, name: str, content: bytes) -> list[Path]:
    """Move a file of other content aside, to the first free name."""
    path = store.path / name
    try:
        if store.read(name) == content:
            return []
    except FileNotFoundError:
        return []
    except OSError as error:
        raise explain_unread(error, path) from None
    number = 1
    while (other := path.with_name(f"{NAME}-{number}{path.suffix}")).exists():
        number += 1
    path.rename(other)
    return [other]
