"""Define what a study is asked to do: frozen models."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from poolbench.config.frozen import Frozen
from poolbench.config.problems import MOST_LETTERS, refuse
from poolbench.files import expand_home

Protocol = Literal["cv", "lab"]
Fit = Literal["crop", "pad", "squash"]
OnBad = Literal["error", "skip"]
OnDuplicates = Literal["report", "drop", "refuse"]
Schedule = Literal["constant", "one-cycle", "triangular", "cosine"]
Precision = Literal["float32", "bfloat16", "float16"]
Tune = Literal["none", "lr"]
TrainedPart = Literal["all", "last-stage", "head"]
Views = Literal["one", "mirror", "mirror-shift"]
ClassBalance = Literal["auto", "none", "loss", "sampling"]
Vary = Literal["layers", "kernel", "width", "batch", "epochs", "rate"]
Metric = Literal["accuracy", "balanced-accuracy"]
Log = Literal["tensorboard", "mlflow", "csv"]

MOST_REPEATS = 1000
PositiveInt = Annotated[int, Field(ge=1, le=1_000_000)]
PersonsPath = Annotated[Path, AfterValidator(expand_home)]


def _read_flip(value: object) -> object:
    """Read ``true`` and ``false`` of a TOML file."""
    return {True: "random", False: "none"}[value] if isinstance(value, bool) else value


class RecipeConfig(Frozen):
    """How a network is trained; ``docs/recipes.md`` has the source of each method.

    Attributes:
        name: What the recipe is called; for a recipe in a file, the name of the file.
        epochs: How many times each image is trained on.
        batch_size: Images in one step.
        optimizer: ``sgd``, or Adam with decoupled weight decay.
        learning_rate: The rate of a constant schedule, the highest rate of any other.
        momentum, nesterov: Settings of SGD.
        weight_decay: The fraction of a weight, times the rate, subtracted from it in each step.
        schedule: ``one-cycle``: straight up from a 25th of the rate, straight down to zero;
            ``triangular``: the same from zero; ``cosine``: straight up, down along half a cosine.
        warmup_fraction: Part of all steps in which a schedule rises.
        ema_decay: Decay of an exponential moving average of the weights, which is what is evaluated
            and saved; 0: none.
        label_smoothing: Fraction of the target that is spread over all classes; 0: none.
        dropout: Probability of dropout before the last linear layer.
        class_balance: ``loss``: a class with few images weighs more; ``sampling``: its images are
            drawn more often; ``auto``: ``sampling`` where classes are unequal and the metric is
            balanced, otherwise ``none``.
        initialization: ``dirac``: convolutions start as the identity, as far as channels allow.
        whitened: The first convolution starts with the whitening of the training images.
        flip: Images are mirrored left to right with probability one half, or every second time.
        translate_pixels: Images are shifted by up to this many pixels each way.
        crop_scale: The smallest fraction of an image's area that is cut out and enlarged; 1: none.
        cutout: Side of the square that is wiped out, as a fraction of the image's; 0: none.
        color_jitter: Brightness, contrast and saturation change by up to this factor; 0: none.
        mixup, cutmix: Parameter of the beta distribution of the mixing proportion; 0: not used.
            With both, each image gets one of them.
        progressive_size: Side of the images in the first epoch, as a fraction of the full one.
        pretrained: The network starts from the weights given to the study, as far as they fit.
        trained_part: ``head``: the last layer and the operators; ``last-stage``: the stage before
            it too.
        test_views: The views of an image over which predictions are averaged.
        validation_parts: The training images are divided into this many parts, one of which is set
            aside to choose the epoch whose weights are kept; 0: none, the last epoch is kept.
        patience: Training stops when the chosen epoch is this many back; 0: it never does.
    """

    # It becomes part of folder names.
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+-]*$", max_length=64)]
    epochs: PositiveInt
    batch_size: PositiveInt
    optimizer: Literal["sgd", "adamw"] = "sgd"
    learning_rate: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0, le=10)] = 0.0
    schedule: Schedule = "constant"
    warmup_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.0
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    class_balance: ClassBalance = "auto"
    initialization: Literal["uniform", "dirac"] = "uniform"
    whitened: bool = False
    flip: Annotated[Literal["none", "random", "alternating"], BeforeValidator(_read_flip)] = "none"
    translate_pixels: Annotated[int, Field(ge=0, le=1024)] = 0
    crop_scale: Annotated[float, Field(gt=0, le=1)] = 1.0
    cutout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    color_jitter: Annotated[float, Field(ge=0, lt=1)] = 0.0
    mixup: Annotated[float, Field(ge=0, le=100)] = 0.0
    cutmix: Annotated[float, Field(ge=0, le=100)] = 0.0
    progressive_size: Annotated[float, Field(gt=0, le=1)] = 1.0
    pretrained: bool = False
    trained_part: TrainedPart = "all"
    test_views: Views = "one"
    validation_parts: Annotated[int, Field(ge=0, le=100)] = 0
    patience: Annotated[int, Field(ge=0, le=1_000_000)] = 0

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.optimizer == "adamw" and (self.momentum or self.nesterov):
            raise refuse("config.adamw-momentum")
        if self.nesterov and not self.momentum:
            raise refuse("config.nesterov-alone")
        if self.validation_parts == 1:
            raise refuse("config.one-part")
        if self.patience and not self.validation_parts:
            raise refuse("config.patience-alone")
        if self.trained_part != "all" and not self.pretrained:
            raise refuse("config.part-untrained")
        if self.schedule == "constant" and self.warmup_fraction:
            raise refuse("config.warmup-constant")
        return self


def _check_groups(groups: str) -> str:
    """Check the form of groups; whether an image set has them is known where it is read."""
    kind, _, detail = groups.partition(":")
    has_detail = kind in ("name", "column") and bool(detail.strip())
    if groups != "subfolder" and not has_detail:
        raise refuse("config.groups-form", setting="groups", value=groups[:MOST_LETTERS])
    if kind == "name":
        try:
            re.compile(detail)
        except (re.error, OverflowError, RecursionError) as error:
            raise refuse(
                "config.groups-pattern",
                setting="groups",
                value=groups[:MOST_LETTERS],
                reason=str(error),
            ) from None
    return groups


class DataConfig(Frozen):
    """Which images to use, which of them belong together, and how to bring them to one size.

    Attributes:
        source: The image set, such as ``cells``, ``cifar100`` or ``folder:PATH``.
        data_file: The CIFAR archive or its unpacked folder, if you already have it.
        download: Whether CIFAR may be downloaded if it has not been downloaded yet.
        classes: Names or numbers in label order; ``None``: all.
        image_size: Side length in pixels of the images that the network sees; ``None``: their
            common size up to 256, otherwise 64.
        fit: How images of a different shape are brought to that size.
        on_bad: ``skip``: images that cannot be read are left out.
        groups: ``subfolder``: the first folder below the class folder; ``name:REGEX``: what the
            first group of the expression, or the whole of it, finds in the file name;
            ``column:NAME``: a column of the CSV file. ``None``: the column ``group`` of a CSV file
            that has one.
        on_duplicates: Images of which one copy may be trained on while another is held out:
            ``report`` reports them, ``drop`` removes them from the training images, ``refuse``
            starts no study.
    """

    source: str = "cells"
    data_file: PersonsPath | None = None
    download: bool = False
    classes: tuple[str, ...] | None = None
    image_size: Annotated[int, Field(ge=4, le=1024)] | None = None
    fit: Fit = "squash"
    on_bad: OnBad = "error"
    groups: Annotated[str, AfterValidator(_check_groups)] | None = None
    on_duplicates: OnDuplicates = "report"

    @property
    def is_drawn(self) -> bool:
        """Whether the program draws the pictures, so that it knows their labels to be right."""
        return self.source in ("cells", "sample") or self.source.startswith("task:")


def _read_repeats(value: object) -> object:
    """Read repeats, also where they are written as text."""
    if value == "auto":
        return value
    is_number = isinstance(value, (int, str)) and not isinstance(value, bool)
    if not is_number or not str(value).isdecimal() or not 1 <= int(str(value)) <= MOST_REPEATS:
        raise ValueError("no repeats")
    return int(str(value))


def _read_duration(value: object) -> object:
    """Read ``90s``, ``5m``, ``1h30m`` or a number of seconds as seconds."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", value.strip().lower())
    if found is None or not any(found.groups()):
        raise ValueError("no time")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


class StudyConfig(Frozen):
    """Everything that determines what a study computes.

    Attributes:
        data: The image set.
        operators: Ids, or ``package.module:Class``.
        backbones: Ids, or ``package.module:factory``.
        recipes: Names of recipes; each combination with an operator and a backbone is a variant.
        protocol: ``cv``: cross-validation, the test set used only once; ``lab``: the lab course's.
        folds: Number of parts of a split, each of which is held out once in every repeat.
        device: ``auto``, ``cpu``, ``cuda`` or ``mps``.
        precision: Number format for training; ``auto``: float32, or the 16-bit format of the
            hardware if it is faster.
        rewrites: Whether networks are trained with exact, faster equivalents.
        epochs: Number of epochs, instead of the recipe's own.
        tune: ``lr``: the learning rate is first tuned for every trial, on its training images.
        vary: What is changed in the one given variant, up and down, one thing at a time.
        methods: Each method is added to, or removed from, the one given variant.
        weights: A safetensors file for the recipes that start from pretrained weights.
        own_recipes: Your own recipes, in addition to poolbench's; ``recipes`` may name them.
        repeats: A number, or ``auto``: evaluates the study as it grows and stops when the question
            is settled.
        most_repeats: With ``auto``: the last evaluation is after at most this many repeats.
        planned_repeats: How many repeats fit into the time limit, as measured when the study
            started; written for its continuation.
        time_limit_seconds: Time from the start to the report.
        margin_points: Variants that differ by less than this many accuracy points count as equal.
        metric: ``auto``: balanced accuracy where the largest class has more than 1.5 times as many
            images as the smallest, otherwise accuracy.
        baseline: A variant, or an operator that only one variant has, to compare all others with.
        replicas: How many copies of every variant to train; they differ only in their seeds, so no
            winner should be found among them.
        stack: How many trials of a variant are trained as one network; ``auto``: 1 on a CPU.
        seed: The root of every random number.
        workers: Number of processes that train at the same time; ``None``: one for each core.
        executor: ``ray``: trials are tasks of a Ray cluster.
        address: Address of that cluster; ``None``: one is started on this machine.
        storage: A folder that all nodes share and put finished trials into; ``None``: they go to
            this process.
        allow_mixed: Nodes may differ in what changes the last bits of a result.
        log: Where else finished training runs are logged.
    """

    data: DataConfig = DataConfig()
    operators: tuple[str, ...] = ("stride", "max", "avg")
    backbones: tuple[str, ...] = ("lab",)
    recipes: tuple[str, ...] = ("quick",)
    protocol: Protocol = "cv"
    folds: Annotated[int, Field(ge=2, le=100)] = 5
    repeats: Annotated[
        int | Literal["auto"],
        BeforeValidator(_read_repeats),
        WithJsonSchema({"expected": "repeats", "values": {"most": MOST_REPEATS}}),
    ] = 2
    most_repeats: Annotated[int, Field(ge=2, le=24)] = 24
    planned_repeats: PositiveInt | None = None
    time_limit_seconds: Annotated[
        PositiveInt | None, BeforeValidator(_read_duration), WithJsonSchema({"expected": "time"})
    ] = None
    epochs: PositiveInt | None = None
    margin_points: Annotated[float, Field(gt=0, le=100)] = 1.0
    metric: Literal["auto", "accuracy", "balanced-accuracy"] = "auto"
    baseline: str | None = None
    replicas: Annotated[int, Field(ge=1, le=100)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    device: str = "auto"
    precision: Precision | Literal["auto"] = "auto"
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    stack: PositiveInt | Literal["auto"] = "auto"
    rewrites: bool = True
    tune: Tune = "none"
    vary: tuple[Vary, ...] = ()
    methods: bool = False
    weights: PersonsPath | None = None
    executor: Literal["local", "ray"] = "local"
    address: str | None = None
    storage: PersonsPath | None = None
    allow_mixed: bool = False
    log: Annotated[tuple[Log, ...], Field(max_length=3)] = ()
    own_recipes: tuple[RecipeConfig, ...] = ()

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        for field in ("operators", "backbones", "recipes", "vary", "log"):
            names = getattr(self, field)
            if not names and field not in ("vary", "log"):
                raise refuse("config.empty", setting=field)
            _check_different(field, names)
        if self.executor == "local" and (self.address or self.storage or self.allow_mixed):
            raise refuse("config.ray-alone")
        _check_different("own_recipes", [recipe.name for recipe in self.own_recipes])
        return self


def _check_different(field: str, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise refuse("config.twice", setting=field, name=str(twice[0]))
