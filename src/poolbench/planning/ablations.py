"""Change a variant in one thing at a time: what the course asks to try, and what helped."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from poolbench.config import RecipeConfig, Vary
from poolbench.errors import UsageError
from poolbench.models import Backbone, get_backbone, reshape_backbone
from poolbench.records import VariantSpec

Values = dict[str, Any]

# By name: the values with the method, and those without it.
METHODS: dict[str, tuple[Values, Values]] = {
    "flip": ({"flip": "random"}, {"flip": "none"}),
    "shift": ({"translate_pixels": 4}, {"translate_pixels": 0}),
    "crop": ({"crop_scale": 0.5}, {"crop_scale": 1.0}),
    "cutout": ({"cutout": 0.25}, {"cutout": 0.0}),
    "color-jitter": ({"color_jitter": 0.2}, {"color_jitter": 0.0}),
    "mixup": ({"mixup": 0.2}, {"mixup": 0.0}),
    "cutmix": ({"cutmix": 1.0}, {"cutmix": 0.0}),
    "label-smoothing": ({"label_smoothing": 0.1}, {"label_smoothing": 0.0}),
    "weight-decay": ({"weight_decay": 5e-3}, {"weight_decay": 0.0}),
    "dropout": ({"dropout": 0.3}, {"dropout": 0.0}),
    "ema": ({"ema_decay": 0.99}, {"ema_decay": 0.0}),
    "schedule": (
        {"schedule": "one-cycle", "warmup_fraction": 0.25},
        {"schedule": "constant", "warmup_fraction": 0.0},
    ),
    "whitening": ({"whitened": True}, {"whitened": False}),
    "dirac": ({"initialization": "dirac"}, {"initialization": "uniform"}),
    "progressive-size": ({"progressive_size": 0.5}, {"progressive_size": 1.0}),
    "class-weights": ({"class_balance": "loss"}, {"class_balance": "none"}),
    "mirror-views": ({"test_views": "mirror"}, {"test_views": "one"}),
}
# How far a setting of the recipe is changed either way.
FACTORS: dict[str, tuple[str, float]] = {
    "batch": ("batch_size", 2),
    "epochs": ("epochs", 2),
    "rate": ("learning_rate", 3),
}


def list_methods(base: VariantSpec) -> Iterator[VariantSpec]:
    """List the variant with each method that it lacks, and without each that it has.

    Left out is what cannot be: a network of one size sees no smaller pictures, one of a person's
    own may end in anything, and weights take the place of whatever a network begins with.
    """
    recipe, backbone = base.recipe, get_backbone(base.backbone)
    left_out = set()
    if not backbone.any_size:
        left_out.add("progressive-size")
    if backbone.factory is not None:
        left_out.add("dropout")
    if recipe.pretrained or not backbone.is_convolutional:
        left_out |= {"whitening", "dirac"}
    for name, (present, absent) in METHODS.items():
        is_there = any(getattr(recipe, field) != value for field, value in absent.items())
        if is_there:
            yield _change(base, f"{recipe.name}-{name}", absent)
        elif name not in left_out:
            yield _change(base, f"{recipe.name}+{name}", present)


def list_variations(base: VariantSpec, wanted: Sequence[Vary]) -> Iterator[VariantSpec]:
    """List the variant with more and with less of each thing.

    Raises:
        UsageError: If the backbone has no such thing to change.
    """
    for name in wanted:
        if name in FACTORS:
            yield from _scale(base, name)
        else:
            yield from _reshape(base, name)


def add_method(recipe: RecipeConfig, name: str) -> RecipeConfig:
    """Return the recipe with one of the methods."""
    return _change_recipe(recipe, f"{recipe.name}+{name}", METHODS[name][0])


def scale_setting(recipe: RecipeConfig, name: str) -> Iterator[RecipeConfig]:
    """Yield the recipe with less and with more of batch, epochs or rate."""
    field, factor = FACTORS[name]
    value = getattr(recipe, field)
    kind: Callable[[float], float] = round if isinstance(value, int) else float
    for way, other in (("down", kind(value / factor)), ("up", kind(value * factor))):
        if other and other != value:
            yield _change_recipe(recipe, f"{recipe.name}-{name}-{way}", {field: other})


def _change_recipe(recipe: RecipeConfig, name: str, values: Values) -> RecipeConfig:
    return RecipeConfig.model_validate({**recipe.model_dump(), **values, "name": name})


def _change(base: VariantSpec, name: str, values: Values) -> VariantSpec:
    return base.model_copy(update={"recipe": _change_recipe(base.recipe, name, values)})


def _scale(base: VariantSpec, name: str) -> Iterator[VariantSpec]:
    for recipe in scale_setting(base.recipe, name):
        yield base.model_copy(update={"recipe": recipe})


def _reshape(base: VariantSpec, name: str) -> Iterator[VariantSpec]:
    backbone = get_backbone(base.backbone)
    if name not in backbone.shape:
        if not backbone.shape:
            raise UsageError("plan.vary-nothing", backbone=backbone.id, name=name)
        known = list(backbone.shape)
        raise UsageError("plan.vary", backbone=backbone.id, name=name, known=known)
    for value in _list_shapes(backbone, name):
        other = reshape_backbone(backbone, **{name: value})
        yield base.model_copy(update={"backbone": other.id})


def _list_shapes(backbone: Backbone, name: str) -> tuple[int, ...]:
    usual = backbone.shape[name]
    if name == "width":
        return (2 * usual,)
    step = 2 if name == "kernel" else 1
    return tuple(value for value in (usual - step, usual + step) if value >= 1)
