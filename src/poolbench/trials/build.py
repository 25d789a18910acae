"""What a trial is made of: its network, its pictures, and the schedule of its steps."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from poolbench.data.image_set import Half, ImageSet
from poolbench.data.splits import assign_folds, choose_part
from poolbench.errors import RunError
from poolbench.models import Network, get_backbone
from poolbench.models.rewrite import TrainingForm, add_dropout, keep_plain, rewrite
from poolbench.models.start import WHITENING_PIXELS, freeze, make_dirac, whiten_first
from poolbench.models.transfer import transfer
from poolbench.records import BACKBONE_SOURCE, TrialSpec
from poolbench.training.pictures import Part, Pictures
from poolbench.training.schedule import Schedule
from poolbench.training.seeds import (
    Purpose,
    forked_globals,
    initialize,
    make_rng,
    seed_globals,
)
from poolbench.training.stack import is_stackable
from poolbench.trials.session import HalfName, Workplace

Index = NDArray[np.int64]


def make_key(spec: TrialSpec, attempt: int = 0) -> tuple[int, ...]:
    """Names the random streams of a trial; those of another attempt are others."""
    key = (spec.repeat, spec.fold, spec.variant.replica)
    return (*key, attempt) if attempt else key


def build_network(spec: TrialSpec, attempt: int = 0) -> Network:
    """The network of a trial with its initial values, on the CPU.

    Raises:
        RunError: If its factory loads other weights than when the study was planned.
    """
    variant = spec.variant
    key = make_key(spec, attempt)
    with torch.random.fork_rng(devices=[]), forked_globals():
        # What an operator draws when it is built comes from the trial's own stream.
        seed_globals(spec.seed, Purpose.INIT, *key)
        backbone = get_backbone(variant.backbone)
        network = backbone.build(variant.operator, spec.num_classes, spec.image_size)
    _check_kept(network, spec)
    initialize(network, spec.seed, *key, kept=network.kept)
    if variant.recipe.initialization == "dirac":
        make_dirac(network)
    if backbone.factory is not None:
        # It may rely on how its maps lie in memory, as every ``view`` does.
        return network
    for parameter in network.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return network


def _check_kept(network: Network, spec: TrialSpec) -> None:
    """Whoever replaces a file that a factory reads must not change what an id stands for."""
    source = spec.conditions.sources.get(f"{BACKBONE_SOURCE}{spec.variant.backbone}", "")
    if source and source.partition("-")[2] != network.kept_digest:
        raise RunError(
            f"The factory of backbone {spec.variant.backbone!r} gives other values than when this "
            f"trial was planned ({spec.id}): a file of weights that it loads was changed. Restore "
            "that file, or run the same command again with the new one."
        )


def assign_repeat(spec: TrialSpec, pool: Half) -> Index:
    """int64 ``[N]``: the fold of each picture of the pool in the repeat of this trial."""
    rng = make_rng(spec.seed, Purpose.SPLIT, spec.repeat)
    return assign_folds(pool.labels, spec.folds, rng, pool.groups)


@dataclass(frozen=True)
class SplitIndex:
    """Which pictures train a trial and which judge it.

    Attributes:
        train: int64 ``[N]``, positions in the pool.
        half: Where the held-out pictures are.
        held_out: int64 ``[n]``, positions there.
        inner: int64 ``[m]``, positions in the pool: put aside to choose the epoch that is kept.
    """

    train: Index
    half: HalfName
    held_out: Index
    inner: Index | None = None


def split_pictures(spec: TrialSpec, image_set: ImageSet) -> SplitIndex:
    """The split of a trial."""
    pool = image_set.pool
    if spec.split == "fold":
        is_held_out = assign_repeat(spec, pool) == spec.fold
        split = SplitIndex(np.flatnonzero(~is_held_out), "pool", np.flatnonzero(is_held_out))
    else:
        split = SplitIndex(np.arange(len(pool)), "test", np.arange(len(image_set.test)))
    parts = spec.variant.recipe.validation_parts
    return put_aside(split, spec, pool, parts) if parts else split


def put_aside(split: SplitIndex, spec: TrialSpec, pool: Half, parts: int) -> SplitIndex:
    """Put one of so many parts of the training pictures aside, alike in classes, groups whole."""
    groups = None if pool.groups is None else pool.groups[split.train]
    rng = make_rng(spec.seed, Purpose.VALIDATION, spec.repeat, spec.fold)
    is_inner = choose_part(pool.labels[split.train], parts, rng, groups)
    return replace(split, train=split.train[~is_inner], inner=split.train[is_inner])


def make_form(network: Network, spec: TrialSpec) -> TrainingForm:
    """The form in which a trial trains its network."""
    form = rewrite(network) if spec.conditions.rewrites else keep_plain(network)
    share = spec.variant.recipe.dropout
    return add_dropout(form, share) if share else form


def start_network(
    spec: TrialSpec, place: Workplace, split: SplitIndex, attempt: int = 0
) -> Network:
    """The network as its training begins, on the device.

    Whitened as the recipe says, with what fits of the weights that were trained before, and then
    frozen.
    """
    network = build_network(spec, attempt)
    if spec.variant.recipe.whitened:
        height, width = spec.image_size
        step = -(-len(split.train) * height * width // WHITENING_PIXELS)
        some = place.get_half("pool").images[split.train[::step]]
        whiten_first(network, torch.from_numpy(some).permute(0, 3, 1, 2).float())
    if spec.weights is not None:
        transfer(network, place.load_weights(spec.weights))
    freeze(network, spec.variant.recipe.trained_part)
    return network.to(spec.conditions.device)


def can_stack(spec: TrialSpec, place: Workplace) -> bool:
    """Whether trials like this one are trained several at once; one network is tried."""
    # Trials that search for their rates end up with different ones.
    if spec.conditions.stack == 1 or spec.tune != "none":
        return False
    network = start_network(spec, place, split_pictures(spec, place.image_set))
    return is_stackable(make_form(network, spec), make_schedule(spec), spec.image_size)


def prepare_half(name: HalfName, spec: TrialSpec, place: Workplace, form: TrainingForm) -> Pictures:
    """The pictures of a half as the training takes them."""
    late = spec.variant.recipe.color_jitter > 0
    return place.prepare(name, form, spec.conditions.precision, late=late)


def make_watched(
    spec: TrialSpec, place: Workplace, split: SplitIndex, form: TrainingForm
) -> Part | None:
    """The pictures that are looked at after each epoch.

    The test half is opened once, after training; only the lab protocol watches it.
    """
    if spec.split == "whole":
        return None
    return place.make_part(prepare_half(split.half, spec, place, form), split.held_out)


def make_schedule(spec: TrialSpec, rate_factor: float = 1.0, attempt: int = 0) -> Schedule:
    """What the steps of a trial follow, with so many times the learning rate of its recipe."""
    recipe = spec.variant.recipe
    recipe = recipe.model_copy(update={"learning_rate": rate_factor * recipe.learning_rate})
    return Schedule(recipe, spec.seed, make_key(spec, attempt), spec.conditions.precision)
