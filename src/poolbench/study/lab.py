"""Do the course's assignment from end to end: four studies in one folder, and their report.

Each study is an ordinary run inside the folder. Finished work stays, so the same call continues
where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from poolbench.config import Precision, StudyConfig, build_config, split_names
from poolbench.data.image_set import ImageSet
from poolbench.errors import RunError, UsageError
from poolbench.export.predict import OnnxModel
from poolbench.files import expand_home
from poolbench.language import choose_language, errors_told_in
from poolbench.machine.description import Machine, describe_machine
from poolbench.planning.budget import measure_plan
from poolbench.planning.durations import estimate_study_seconds
from poolbench.planning.forecast import Forecaster
from poolbench.planning.lab import find_recipe, get_length, make_config
from poolbench.planning.plan import Plan
from poolbench.records import (
    CHOICE,
    LAB_FILE,
    METHODS,
    STEPS,
    LabRecord,
    StudyRecord,
    TrialSpec,
    VerdictRecord,
)
from poolbench.rundir.owned import check_run_path, is_run
from poolbench.rundir.store import RunStore
from poolbench.study.display import Display
from poolbench.study.finished import Study
from poolbench.study.prepare import check_study, load_pictures, name_run, recall_config
from poolbench.study.run import run_study
from poolbench.texts import text
from poolbench.texts.duration import format_duration

if TYPE_CHECKING:
    from poolbench.report.handin.build import HandIn

# Seconds for the forecast of one step.
FORECAST_SECONDS = 1.5
# What a study takes beside its trainings: pictures, the start of its workers, their measurement.
# Measured on two cores of an AMD EPYC.
STUDY_SECONDS = 12.0


class LabSettings(TypedDict, total=False):
    """What trains, and the seed; as fields of :class:`poolbench.config.StudyConfig`."""

    seed: int
    device: str
    precision: Precision
    workers: int | None


class Lab:
    """The finished assignment: its studies, and the report to hand in.

    Attributes:
        path: The folder.
        steps: The studies by the names of their folders, in their order.
    """

    def __init__(self, path: str | Path, lang: str | None = None) -> None:
        self.path = expand_home(path)
        record = RunStore(self.path).load_model(LAB_FILE, LabRecord)
        self.lang = choose_language(lang or record.language)
        self.steps = {name: Study(self.path / name, self.lang) for name in STEPS}

    @property
    def study(self) -> Study:
        """The last study: the poolings judged on held-out folds, and the saved model."""
        return self.steps[CHOICE]

    @property
    def verdict(self) -> VerdictRecord:
        """Which pooling is best on the held-out folds."""
        return self.study.verdict

    @property
    def best(self) -> OnnxModel:
        """The exported model; ``best.predict(images)`` needs no torch.

        Raises:
            RunError: If nothing was learned, so there is no model.
        """
        return self.study.best

    def hand_in(self, author: str | None = None, group: str | None = None) -> "HandIn":
        """Write the report of all steps in Russian, as DOCX and Markdown that you can edit.

        Args:
            author, group: Names for the title page; what you leave out stays blank there.

        Returns:
            Where the documents are, and where earlier ones with other content were kept.
        """
        from poolbench.report.handin.build import build_handin

        with errors_told_in(self.lang):
            return build_handin(self.path, author, group)

    def __repr__(self) -> str:
        return f"Lab({str(self.path)!r}, {self.study!r})"

    def _repr_html_(self) -> str:
        return self.study._repr_html_()


@dataclass(frozen=True)
class PlannedStep:
    """One study of the assignment, before it is begun.

    Attributes:
        trials: How many are to be trained in all.
        seconds: Expected; 0 where it is finished.
    """

    name: str
    trials: int
    seconds: float

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be done."""
        return not self.seconds


@dataclass(frozen=True)
class Assignment:
    """What is to be done, and where.

    Attributes:
        base: The pictures, the seed, and what trains.
    """

    base: StudyConfig
    path: Path
    is_full: bool

    def make_config(self, step: str) -> StudyConfig:
        """Make the settings of a step; the last depends on what the second found, if it is done."""
        recipe = {}
        if step == CHOICE and (self.path / METHODS / "study.json").is_file():
            found = RunStore(self.path / METHODS).load_model("verdict.json", VerdictRecord)
            recipe = {"recipe": find_recipe(found.recommended)}
        return make_config(step, self.base, get_length(is_full=self.is_full), **recipe)


def lab(
    source: str = "cifar100",
    *,
    classes: str | Sequence[str | int] | None = None,
    data_file: str | Path | None = None,
    download: bool = False,
    full: bool = False,
    out: str | Path | None = None,
    author: str | None = None,
    group: str | None = None,
    lang: str | None = None,
    quiet: bool = False,
    **settings: Unpack[LabSettings],
) -> Lab:
    """Do the course's assignment, from the example network to the report to hand in.

    Args:
        source: An image set with an official test half, such as ``cifar100``.
        classes: Names or numbers, or one string with commas; ``None``: all.
        data_file: An archive or folder of CIFAR that is already there.
        full: Train for the epochs that the course publishes, instead of the length of a lesson.
        out: The folder; by default one in ``runs`` named after the settings, so that the same call
            continues where it stopped.
        author, group: Names for the title page.

    Raises:
        PoolbenchError: With one message for each kind of error; see :mod:`poolbench.errors`.
    """
    display = Display(choose_language(lang), quiet=quiet)
    with errors_told_in(display.lang):
        names = split_names(classes) if isinstance(classes, str) else classes
        data = {
            "source": source,
            "classes": None if names is None else tuple(map(str, names)),
            "data_file": data_file,
            "download": download,
        }
        base = build_config({"data": data, "repeats": 2, **settings})
        assignment = make_assignment(base, out, is_full=full)
        return run_lab(assignment, display, author, group)


def make_assignment(base: StudyConfig, out: str | Path | None, *, is_full: bool) -> Assignment:
    """Make an assignment on the pictures of some settings, in the folder that they name."""
    first = make_config(STEPS[0], base, get_length(is_full=is_full))
    named = name_run(first)
    path = named.with_name(f"lab-{named.name}") if out is None else expand_home(out)
    return Assignment(base, path, is_full)


def run_lab(
    assignment: Assignment, display: Display, author: str | None = None, group: str | None = None
) -> Lab:
    """Do what is left of the assignment, and write the report."""
    check_lab_path(assignment)
    store = RunStore(assignment.path)
    planned = preview_lab(assignment, display)
    with store.hold():
        record = LabRecord(is_full=assignment.is_full, language=display.lang)
        store.save_model(LAB_FILE, record)
        for number, step in enumerate(planned, 1):
            display.say("lab.step", number=number, total=len(STEPS) + 1, title=_name(step, display))
            _run_step(assignment, step, display)
        total = len(STEPS) + 1
        title = text("lab.hand-in", display.lang)
        display.say("lab.step", number=total, total=total, title=title)
        done = Lab(assignment.path, display.lang)
        for line in done.hand_in(author, group).describe(display.lang):
            display.tell(line)
        display.say("lab.next", path=done.study.path)
        return done


def check_lab_path(assignment: Assignment) -> None:
    """Refuse a folder in which something else lies.

    Raises:
        UsageError: If it is so.
    """
    path = assignment.path
    if (path / LAB_FILE).is_file():
        return
    if is_run(path):
        raise UsageError("study.lab-place", path=path)
    check_run_path(path, assignment.base.data.source)


def preview_lab(assignment: Assignment, display: Display) -> list[PlannedStep]:
    """Say what the steps are and how long each will take; refuse what does not fit.

    Raises:
        UsageError, DataError: As the steps themselves.
    """
    image_set, _ = load_pictures(assignment.base.data, display, is_split=True)
    display.say("lab.measuring")
    machine = describe_machine(assignment.base)
    planned = [_plan_step(assignment, name, image_set, machine, display.lang) for name in STEPS]
    seconds = sum(step.seconds for step in planned)
    length = text("lab.length-full" if assignment.is_full else "lab.length-lesson", display.lang)
    display.say("lab.plan", length=length, duration=format_duration(seconds, display.lang))
    for number, step in enumerate(planned, 1):
        display.say(
            "lab.plan-done" if step.is_done else "lab.plan-step",
            number=number,
            title=_name(step, display),
            trials=step.trials,
            duration=format_duration(step.seconds, display.lang),
        )
    title = text("lab.hand-in", display.lang)
    display.say("lab.plan-last", number=len(STEPS) + 1, title=title)
    display.say("lab.watched")
    display.say("run.place", path=assignment.path)
    return planned


def _name(step: PlannedStep, display: Display) -> str:
    return text(f"lab.{step.name}", display.lang)


def _plan_step(
    assignment: Assignment, name: str, image_set: ImageSet, machine: Machine, lang: str
) -> PlannedStep:
    store = RunStore(assignment.path / name)
    config = recall_config(assignment.make_config(name), store)
    # What is said of pictures and networks is said when the step begins.
    plan = check_study(config, machine, image_set, Display(lang, quiet=True))
    if _is_done(store, plan):
        return PlannedStep(name, len(plan.specs), 0.0)
    forecaster = Forecaster(machine, image_set, FORECAST_SECONDS)
    measured = measure_plan(config, plan, image_set, store, forecaster, None)
    missing = measured.list_missing(store)
    seconds = STUDY_SECONDS
    if missing:
        by_variant = measured.estimate(missing, image_set)
        seconds += estimate_study_seconds(missing, by_variant, measured.plan.workers)
    return PlannedStep(name, len(plan.specs), seconds)


def _is_done(store: RunStore, plan: Plan) -> bool:
    """Return whether a study is whole, was made of these very trials, and was verified."""
    try:
        study = store.load_model("study.json", StudyRecord)
    except RunError:
        return False
    is_proven = study.final is None or store.has("best/verification.json")
    return set(study.trials) == _list_ids(plan.specs) and is_proven and store.has("report.html")


def _list_ids(specs: Sequence[TrialSpec]) -> set[str]:
    return {spec.id for spec in specs}


def _run_step(assignment: Assignment, step: PlannedStep, display: Display) -> None:
    """Run a study, or what is left of it."""
    if step.is_done:
        display.say("lab.done")
        return
    config = assignment.make_config(step.name)
    if step.name == CHOICE:
        display.say("lab.recipe", recipe=config.recipes[0])
    run_study(config, assignment.path / step.name, display)
