"""Write the first pages: title, task and variant, pictures, networks."""

from poolbench.config import RecipeConfig
from poolbench.export.card import name_source
from poolbench.report.about import make_data
from poolbench.report.handin import phrases, recipe_phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import add_examples, add_report_table
from poolbench.report.handin.fill import fill
from poolbench.report.handin.numbers import tell_most
from poolbench.report.read import NO_OPERATOR, RunView, VariantView
from poolbench.report.table import format_count, format_millions
from poolbench.report.words import Phrase

# Most names of classes that the title page has space for.
MOST_ON_TITLE = 6
# Said of how often each was trained, where a study stopped training some.
AT_MOST = " не больше"


def write_title(
    draft: Draft,
    view: RunView,
    author: str | None,
    group: str | None,
    year: int,
    name: str = phrases.TITLE_NAME,
) -> None:
    """Write the title page; what is not known is left to fill in."""
    known = {"author": author or phrases.BLANK, "group": group or phrases.BLANK}
    classes = view.classes
    task = phrases.TITLE_TASK if len(classes) <= MOST_ON_TITLE else phrases.TITLE_TASK_MANY
    known["task"] = fill(
        task, source=_name_set(view), classes=", ".join(classes), count=len(classes)
    )
    people = [fill(line, blank=phrases.BLANK, **known) for line in phrases.TITLE_PEOPLE]
    draft.add_title(phrases.TITLE_TOP, phrases.TITLE_KIND, name, people, str(year))
    draft.break_page()


def write_task(draft: Draft, view: RunView) -> None:
    """Write what was asked for, and which classes and variants were taken."""
    draft.add_heading(phrases.TASK)
    draft.say(phrases.GOAL)
    draft.say(phrases.TASK_INTRO)
    draft.list_items(phrases.TASK_ITEMS)
    say_classes(draft, view)
    add_report_table(draft, make_data(view))
    names = [variant.label for variant in view.variants]
    if len(names) == 1:
        draft.say(fill(phrases.ALONE, variant=names[0]))
    else:
        draft.say(fill(phrases.COMPARED, variants=", ".join(names)))
        draft.say(phrases.VARIANT_NAME)


def say_classes(draft: Draft, view: RunView) -> None:
    """Say which classes were taken; a table of them follows."""
    draft.say(
        fill(
            phrases.CLASSES,
            source=_name_set(view),
            count=len(view.data.classes),
            table=draft.next_table,
        )
    )


def _name_set(view: RunView) -> str:
    """Name the image set; one that is published as its authors do."""
    name = name_source(view.data.source)
    return phrases.SOURCES.get(name, name)


def say_size(draft: Draft, view: RunView) -> None:
    """Say which size of pictures the networks see."""
    height, width = view.data.image_size
    fit = phrases.FITS[view.data.fit]
    draft.say(fill(phrases.IMAGE_SIZE, height=height, width=width, fit=fit))


def write_data(draft: Draft, view: RunView) -> None:
    """Write how the pictures were divided, with examples of them."""
    data, verdict = view.data, view.verdict
    draft.add_step(phrases.DATA)
    say_size(draft, view)
    counts = {"pool": sum(data.pool_counts), "test": sum(data.test_counts)}
    trials = max(len(variant.trials) for variant in view.variants)
    if verdict.protocol == "lab":
        draft.say(fill(phrases.SPLIT_LAB, trials=trials, **counts))
    else:
        values = {"folds": verdict.folds, "repeats": verdict.repeats, "trials": trials}
        is_same = all(len(variant.trials) == trials for variant in view.variants)
        most = "" if is_same else AT_MOST
        draft.say(fill(phrases.SPLIT_CV, most=most, **values, **counts))
        origin = phrases.TEST_OFFICIAL if data.has_official_test else phrases.TEST_TAKEN
        opened = f" {phrases.TEST_ONCE}" if view.final is not None else ""
        draft.say(fill(origin, **counts) + opened)
    add_examples(draft, view)


def write_networks(draft: Draft, view: RunView) -> None:
    """Write what was compared, how large it is, and how it was trained."""
    is_alone = len(view.variants) == 1
    draft.add_step(phrases.NETWORK if is_alone else phrases.NETWORKS)
    intro = phrases.NETWORK_INTRO if is_alone else phrases.NETWORKS_INTRO
    draft.say(fill(intro, table=draft.next_table))
    rows = [_describe_network(variant) for variant in view.variants]
    caption = phrases.NETWORK_CAPTION if is_alone else phrases.NETWORKS_CAPTION
    draft.add_table(caption, phrases.NETWORKS_HEAD, rows)
    used = {variant.spec.operator for variant in view.variants}
    lines = [line for name, line in phrases.OPERATORS.items() if name in used]
    if any(variant.spec.backbone == "mlp" for variant in view.variants):
        lines.append(phrases.FULLY_CONNECTED)
    if lines:
        draft.say(phrases.OPERATORS_INTRO)
        draft.list_items(lines)
    recipes = {variant.spec.recipe.name: variant.spec.recipe for variant in view.variants}
    for recipe in tell_most(draft, list(recipes.values()), recipe_phrases.RECIPES_SHOWN):
        draft.say(describe_recipe(recipe))
    if view.config.tune == "lr":
        draft.say(recipe_phrases.TUNED)
    # A recipe of one's own is in the run, and unknown to that command.
    if not recipes.keys() & {recipe.name for recipe in view.config.own_recipes}:
        draft.say(recipe_phrases.RECIPE_MORE)


def _describe_network(variant: VariantView) -> tuple[Phrase, ...]:
    spec, cost = variant.spec, variant.trials[0].cost
    return (
        variant.label,
        phrases.NO_OPERATOR if spec.operator == NO_OPERATOR else spec.operator,
        spec.backbone,
        spec.recipe.name,
        str(spec.recipe.epochs),
        format_count(cost.parameters),
        format_millions(cost.multiply_adds),
        format_millions(cost.conv_multiply_adds),
    )


def describe_recipe(recipe: RecipeConfig) -> str:
    """Describe the usual settings of a recipe in one sentence."""
    momentum = fill(recipe_phrases.MOMENTUM, momentum=recipe.momentum) if recipe.momentum else ""
    return fill(
        recipe_phrases.RECIPE,
        name=recipe.name,
        optimizer=recipe_phrases.OPTIMIZERS[recipe.optimizer],
        rate=recipe.learning_rate,
        momentum=momentum,
        schedule=recipe_phrases.SCHEDULES[recipe.schedule],
        batch=recipe.batch_size,
        epochs=recipe.epochs,
        decay=recipe.weight_decay,
        augmentation=", ".join(list_augmentations(recipe)) or recipe_phrases.NO_AUGMENTATION,
    )


def list_augmentations(recipe: RecipeConfig) -> list[str]:
    """List in which ways the training pictures are changed; empty: in none."""
    kinds = {
        "flip": recipe.flip != "none",
        "translate": recipe.translate_pixels > 0,
        "crop": recipe.crop_scale < 1,
        "cutout": recipe.cutout > 0,
        "color": recipe.color_jitter > 0,
        "mix": recipe.mixup > 0 or recipe.cutmix > 0,
    }
    return [
        fill(recipe_phrases.AUGMENTATIONS[kind], pixels=recipe.translate_pixels)
        for kind, is_used in kinds.items()
        if is_used
    ]
