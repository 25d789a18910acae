"""Build a trial from its spec: its network, its pictures and the schedule of its steps."""

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
from poolbench.trials.session import HalfName, Session

Index = NDArray[np.int64]


def make_key(spec: TrialSpec, attempt: int = 0) -> tuple[int, ...]:
    """Return the key of a trial's random streams; every attempt has streams of its own."""
    key = (spec.repeat, spec.fold, spec.variant.replica)
    return (*key, attempt) if attempt else key


def build_network(spec: TrialSpec, attempt: int = 0) -> Network:
    """Build the network of a trial with its initial values, on the CPU.

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
    """Refuse other values than planned: a replaced file must not change what an id stands for."""
    source = spec.conditions.sources.get(f"{BACKBONE_SOURCE}{spec.variant.backbone}", "")
    if source and source.partition("-")[2] != network.kept_digest:
        raise RunError("trial.other-values", backbone=spec.variant.backbone, trial=spec.id)


def assign_repeat(spec: TrialSpec, pool: Half) -> Index:
    """Return the fold of each picture of the pool in the repeat of this trial, int64 ``[N]``."""
    rng = make_rng(spec.seed, Purpose.SPLIT, spec.repeat)
    return assign_folds(pool.labels, spec.folds, rng, pool.groups)


@dataclass(frozen=True)
class SplitIndex:
    """Which pictures train a network and which are held out.

    Attributes:
        train: int64 ``[N]``, positions in the pool.
        half: The half that the held-out pictures are in.
        held_out: int64 ``[n]``, positions in that half.
        inner: int64 ``[m]``, positions in the pool of the pictures that choose the epoch whose
            weights are kept; ``None``: the last epoch is kept.
    """

    train: Index
    half: HalfName
    held_out: Index
    inner: Index | None = None


def split_pictures(spec: TrialSpec, image_set: ImageSet) -> SplitIndex:
    """Split the pictures as a trial does."""
    pool = image_set.pool
    if spec.split == "fold":
        is_held_out = assign_repeat(spec, pool) == spec.fold
        split = SplitIndex(np.flatnonzero(~is_held_out), "pool", np.flatnonzero(is_held_out))
    else:
        split = SplitIndex(np.arange(len(pool)), "test", np.arange(len(image_set.test)))
    parts = spec.variant.recipe.validation_parts
    return put_aside(split, spec, pool, parts) if parts else split


def put_aside(split: SplitIndex, spec: TrialSpec, pool: Half, parts: int) -> SplitIndex:
    """Move one of ``parts`` parts of the training pictures to ``inner``, stratified by class.

    Groups stay whole.
    """
    groups = None if pool.groups is None else pool.groups[split.train]
    rng = make_rng(spec.seed, Purpose.VALIDATION, spec.repeat, spec.fold)
    is_inner = choose_part(pool.labels[split.train], parts, rng, groups)
    return replace(split, train=split.train[~is_inner], inner=split.train[is_inner])


def make_form(network: Network, spec: TrialSpec) -> TrainingForm:
    """Rewrite a network to the form in which its trial trains it."""
    form = rewrite(network) if spec.conditions.rewrites else keep_plain(network)
    share = spec.variant.recipe.dropout
    return add_dropout(form, share) if share else form


def make_schedule(spec: TrialSpec, rate_factor: float = 1.0, attempt: int = 0) -> Schedule:
    """Return what the steps of a trial follow, its learning rate multiplied by ``rate_factor``."""
    recipe = spec.variant.recipe
    recipe = recipe.model_copy(update={"learning_rate": rate_factor * recipe.learning_rate})
    return Schedule(recipe, spec.seed, make_key(spec, attempt), spec.conditions.precision)


@dataclass(frozen=True)
class PreparedTrial:
    """Everything that a training of one network needs, on its device.

    Attributes:
        spec: What the trial is.
        split: Which pictures train it and which are held out.
        network: The network as its training begins.
        form: The same network in the form that is trained.
        train: The training pictures.
        watched: The pictures that are looked at after each epoch, if there are any.
        inner: The pictures that choose the epoch whose weights are kept, if there are any.
        schedule: Learning rates, draws and precision of its steps.
    """

    spec: TrialSpec
    split: SplitIndex
    network: Network
    form: TrainingForm
    train: Part
    watched: Part | None
    inner: Part | None
    schedule: Schedule


def build_trial(
    spec: TrialSpec,
    session: Session,
    *,
    split: SplitIndex | None = None,
    rate_factor: float = 1.0,
    attempt: int = 0,
) -> PreparedTrial:
    """Build all that the training of a trial needs.

    Training, stacks, the search for a learning rate and the measurement of speed all begin here,
    so that none of them can differ from the others in what it trains.

    Args:
        spec: What the trial is.
        session: The pictures, and what trials of one process share.
        split: Other pictures than those of the trial; ``None``: its own.
        rate_factor: Multiplies the learning rate of the recipe.
        attempt: 1 for a trial that is begun again; its random streams are others.

    Raises:
        RunError: If the factory of the backbone loads other weights than when it was planned.
        UsageError: If the weights that networks begin with are not those that the spec names.
    """
    split = split or split_pictures(spec, session.image_set)
    network = _start_network(spec, session, split, attempt)
    form = make_form(network, spec)
    pool = _prepare_half("pool", spec, session, form)
    return PreparedTrial(
        spec=spec,
        split=split,
        network=network,
        form=form,
        train=session.make_part(pool, split.train),
        watched=_make_watched(spec, session, split, form),
        inner=None if split.inner is None else session.make_part(pool, split.inner),
        schedule=make_schedule(spec, rate_factor, attempt),
    )


def _start_network(spec: TrialSpec, session: Session, split: SplitIndex, attempt: int) -> Network:
    """Return the network as its training begins, on the device.

    It is whitened where the recipe says so, takes what fits of the weights that were trained
    before, and is then frozen as far as the recipe wants.
    """
    network = build_network(spec, attempt)
    if spec.variant.recipe.whitened:
        height, width = spec.image_size
        step = -(-len(split.train) * height * width // WHITENING_PIXELS)
        some = session.get_half("pool").images[split.train[::step]]
        whiten_first(network, torch.from_numpy(some).permute(0, 3, 1, 2).float())
    if spec.weights is not None:
        transfer(network, session.load_weights(spec.weights))
    freeze(network, spec.variant.recipe.trained_part)
    return network.to(spec.conditions.device)


def _prepare_half(
    name: HalfName, spec: TrialSpec, session: Session, form: TrainingForm
) -> Pictures:
    """Return the pictures of a half as the training takes them."""
    late = spec.variant.recipe.color_jitter > 0
    return session.prepare(name, form, spec.conditions.precision, late=late)


def _make_watched(
    spec: TrialSpec, session: Session, split: SplitIndex, form: TrainingForm
) -> Part | None:
    """Return the pictures that are looked at after each epoch.

    The test half is opened once, after training; only the lab protocol watches it.
    """
    if spec.split == "whole" and split.half == "test":
        return None
    return session.make_part(_prepare_half(split.half, spec, session, form), split.held_out)
