"""Open a finished study: its figures, its models and their verification, also after a restart.

torch is loaded only when a network is requested as a module or exported again, and what draws,
predicts or verifies only when that is asked for, so that a study is open at once.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar, cast

from poolbench.errors import UnknownNameError, UsageError
from poolbench.files import expand_home
from poolbench.language import choose_language, errors_told_in
from poolbench.records import (
    DataRecord,
    FinalRecord,
    StudyRecord,
    VerdictRecord,
    VerificationReport,
)
from poolbench.rundir.language import choose_run_language
from poolbench.rundir.store import RunStore
from poolbench.runs.find import find_run
from poolbench.study.shown import Leaderboard, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from poolbench.export.onnx import Layout
    from poolbench.export.predict import OnnxModel
    from poolbench.models import Network
    from poolbench.report.handin.build import HandIn

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def _speak_its_language(
    method: "Callable[Concatenate[Study, Parameters], Result]",
) -> "Callable[Concatenate[Study, Parameters], Result]":
    """Let the errors of a method tell themselves in the language of the study."""

    @wraps(method)
    def call(self: "Study", /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        with errors_told_in(self.lang):
            return method(self, *args, **kwargs)

    return call


class Study:
    """A finished study: what it found, and its models.

    Attributes:
        path: The run directory.
        lang: The language of its report and of how it shows itself.
        verdict: Which variant is best, and whether the difference is reliable; ``str`` of it is
            the sentence.
    """

    def __init__(self, path: str | Path, lang: str = "en") -> None:
        self.path = expand_home(path)
        self.lang = lang
        self._store = RunStore(self.path)
        self._record = self._store.load_model("study.json", StudyRecord)
        found = self._store.load_model("verdict.json", VerdictRecord)
        self.verdict = Verdict.speak(found, lang)

    @_speak_its_language
    def leaderboard(self) -> Leaderboard:
        """Return one row for each variant, with the highest accuracy first.

        The tuple of rows prints as a table, displays in a notebook, and converts to a data frame:
        ``study.leaderboard().to_pandas()``.
        """
        from poolbench.report.read import read_leaderboard

        return Leaderboard(read_leaderboard(self.path), self.lang)

    @property
    def data(self) -> DataRecord:
        """The image set: class names, counts, hash."""
        return self._store.load_model("data.json", DataRecord)

    @property
    def final(self) -> FinalRecord | None:
        """The final model and its test accuracy; ``None`` if nothing was learned."""
        if self._record.final is None:
            return None
        return self._store.load_model("best/final.json", FinalRecord)

    @property
    @_speak_its_language
    def best(self) -> "OnnxModel":
        """The exported model; ``best.predict(images)`` needs no torch.

        Raises:
            RunError: If nothing was learned, so there is no model.
        """
        from poolbench.export.predict import load_model

        self._get_final()
        return load_model(self._store.locate("best/model.onnx"))

    @property
    def figures(self) -> dict[str, Path]:
        """The figures as SVG files, by name."""
        found = self._store.list_files("figures")
        return {path.stem: path for path in found if path.suffix == ".svg"}

    @_speak_its_language
    def plot(
        self,
        name: str,
        *,
        ax: "Axes | None" = None,
        figure: "Figure | SubFigure | None" = None,
    ) -> "Axes | list[Axes]":
        """Draw a figure of the report, with axis labels and legend.

        Args:
            name: As in :attr:`figures`, such as ``differences`` or ``confusion``.
            ax: Axes to draw on, for a figure with one panel.
            figure: A figure, or a part of one, to draw in, for any number of panels; without
                ``ax`` and ``figure``, pyplot makes a new figure.

        Returns:
            The axes, or a list of them if the figure has a panel for each variant.

        Raises:
            UnknownNameError: If this study has no such figure.
            UsageError: If both ``ax`` and ``figure`` are given, or ``ax`` for several panels.
            RunError: If the run cannot be read.
        """
        from poolbench.report.plot import plot_figure

        return plot_figure(self.path, name, self.lang, ax, figure)

    @_speak_its_language
    def model(self, variant: str | None = None, *, repeat: int = 0, fold: int = 0) -> "Network":
        """Return a trained network as a torch module, in evaluation mode.

        Args:
            variant: The variant's id; ``None`` for the final model.

        Raises:
            UsageError: If the study has no such trial, or names an operator or backbone by a module
                that cannot be imported now.
        """
        from poolbench.trials.restore import restore_network

        self._load_named()
        if variant is None:
            return restore_network(self._store, self._get_final().trial)
        for trial_id in self._record.trials:
            spec = self._store.load_trial(trial_id).spec
            if (spec.variant.id, spec.repeat, spec.fold) == (variant, repeat, fold):
                return restore_network(self._store, trial_id)
        known = [row.variant for row in self.leaderboard()]
        raise UsageError("study.no-trial", variant=variant, repeat=repeat, fold=fold, known=known)

    @_speak_its_language
    def export(
        self,
        out: str | Path | None = None,
        *,
        layout: str = "nhwc",
        size: int | None = None,
        trial: str | None = None,
    ) -> Path:
        """Export the final model, or any trial, to ONNX in another form; return the file's path.

        Args:
            out: The file; by default in the folder ``exports`` of the run.
            layout: ``nhwc`` takes images of any size, resized in the graph; ``nchw`` takes one
                size.
            size: Pixels each way for layout ``nchw``; by default as trained.
            trial: The trial's id; ``None`` for the final model.

        Raises:
            UnknownNameError: If the run has no such trial.
            UsageError: If the layout is unknown, if the size makes no sense or cannot be chosen,
                or if the file cannot be written.
        """
        from poolbench.export.bundle import make_metadata
        from poolbench.export.onnx import export_onnx
        from poolbench.trials.restore import restore_network

        self._load_named()
        if trial is not None:
            known = self._store.list_trials()
            if trial not in known:
                raise UnknownNameError("trial", trial, known)
        record = self._store.load_trial(trial or self._get_final().trial)
        name = f"{record.id}-{layout}{size or ''}.onnx"
        file = expand_home(out) if out else self.path / "exports" / name
        return export_onnx(
            restore_network(self._store, record.id),
            file,
            image_size=record.spec.image_size,
            classes=self.data.classes,
            fit=self.data.fit,
            layout=cast("Layout", layout),
            size=None if size is None else (size, size),
            metadata=make_metadata(record.spec, self.data),
        )

    @_speak_its_language
    def push(self, to: str, out: str | Path | None = None, *, upload: bool = False) -> Path:
        """Make a model repository for the Hugging Face hub; return its folder.

        Args:
            to: Owner and name on the hub, such as ``anna/fruit``.
            out: The folder; by default ``hub`` in the run.
            upload: Also upload its files, with huggingface_hub; a new repository is private.

        Raises:
            PoolbenchError: As :func:`poolbench.export.hub.make_repository` and
                :func:`poolbench.export.hub.upload_repository`.
        """
        from poolbench.export.hub import make_repository, upload_repository

        made = make_repository(self.path, to, None if out is None else expand_home(out))
        if upload:
            upload_repository(made)
        return made.folder

    def _get_final(self) -> FinalRecord:
        self._store.check_has_model()
        assert self.final is not None
        return self.final

    def _load_named(self) -> None:
        """Import what the study named by its module, so that its networks can be built again."""
        from poolbench.models import find_backbone
        from poolbench.operators import get_operator

        config = self._store.load_config()
        for name in config.operators:
            if ":" in name:
                get_operator(name)
        for name in config.backbones:
            if ":" in name:
                find_backbone(name)

    @_speak_its_language
    def report(self, lang: str | None = None) -> Path:
        """Rebuild the HTML report; return its path."""
        language = self.lang if lang is None else choose_language(lang)
        with errors_told_in(language):
            from poolbench.report.build import build_report

            return build_report(self.path, language)

    @_speak_its_language
    def hand_in(self, author: str | None = None, group: str | None = None) -> "HandIn":
        """Write the course's report in Russian, as DOCX and Markdown that you can edit.

        Args:
            author, group: Names for the title page; what you leave out stays blank there.

        Returns:
            Where the documents are, and where earlier ones with other content were kept.
        """
        from poolbench.report.handin.build import build_handin

        return build_handin(self.path, author, group)

    @_speak_its_language
    def verify(self) -> VerificationReport:
        """Check in a fresh process, without torch, that the saved model predicts as measured.

        Raises:
            VerificationError: If it does not.
        """
        from poolbench.export.verify import verify_run

        return verify_run(self.path)

    def __repr__(self) -> str:
        name = self.verdict.recommended
        return (
            f"Study({str(self.path)!r}, {self.verdict.kind}{'' if name is None else f': {name!r}'})"
        )

    def _repr_html_(self) -> str:
        from poolbench.report.build import render_summary

        return render_summary(self.path, self.lang)


def load(path: str | Path, lang: str | None = None) -> Study:
    """Load a finished study from its run directory.

    Args:
        path: The run directory; ``@last`` for the latest run, or ``@NAME`` for ``runs/NAME``.
        lang: ``en`` or ``ru``; by default the language of the study.

    Raises:
        RunError: If there is no run of this name, or no finished study in it.
    """
    with errors_told_in(choose_language(lang)):
        found = find_run(path)
    spoken = choose_run_language(found, lang)
    with errors_told_in(spoken):
        return Study(found, spoken)
