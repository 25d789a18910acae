"""Compose the document of the whole assignment, from its four runs."""

from collections.abc import Mapping

from poolbench.records import CHOICE, EXAMPLE, METHODS, PUBLISHED, Difference
from poolbench.report.about import make_data
from poolbench.report.handin import (
    lab_phrases,
    moving,
    outcome,
    phrases,
    questions,
    task,
    training,
)
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import add_drawing, add_examples, add_report_table
from poolbench.report.handin.fill import fill, retell
from poolbench.report.handin.numbers import average, describe_reach, to_points
from poolbench.report.pairs import judge_pair, make_baseline
from poolbench.report.read import NO_OPERATOR, RunView, VariantView
from poolbench.report.table import format_signed
from poolbench.report.wording import say_verdict
from poolbench.report.words import Phrase, say, write_number
from poolbench.verdict.sentence import flip

Views = Mapping[str, RunView]


def compose_course(views: Views, author: str | None, group: str | None, year: int) -> Draft:
    """Compose the document.

    Args:
        views: The runs, by step.
    """
    draft = Draft()
    choice = views[CHOICE]
    task.write_title(draft, choice, author, group, year, lab_phrases.TITLE)
    _write_task(draft, views)
    draft.add_heading(phrases.WORK)
    _write_data(draft, views)
    for step, write in (
        (EXAMPLE, _write_example),
        (METHODS, _write_methods),
        (PUBLISHED, _write_published),
        (CHOICE, _write_choice),
    ):
        draft.prefix = f"{lab_phrases.PART_NUMBERS[step]}-"
        write(draft, views[step])
    _write_rest(draft, views)
    return draft


def _write_task(draft: Draft, views: Views) -> None:
    draft.add_heading(phrases.TASK)
    draft.say(lab_phrases.GOAL)
    draft.say(phrases.TASK_INTRO)
    draft.list_items(lab_phrases.TASK_ITEMS)
    task.say_classes(draft, views[CHOICE])
    add_report_table(draft, make_data(views[CHOICE]))
    draft.say(fill(lab_phrases.PARTS, table=draft.next_table))
    rows = [
        (
            lab_phrases.PART_NUMBERS[step],
            lab_phrases.PART_NAMES[step],
            lab_phrases.SIDES[view.verdict.protocol],
            str(len(view.variants)),
            str(sum(len(variant.trials) for variant in view.variants)),
        )
        for step, view in views.items()
    ]
    draft.add_table(lab_phrases.PARTS_CAPTION, lab_phrases.PARTS_HEAD, rows)


def _write_data(draft: Draft, views: Views) -> None:
    draft.add_step(phrases.DATA)
    data, verdict = views[CHOICE].data, views[CHOICE].verdict
    task.say_size(draft, views[CHOICE])
    draft.say(
        fill(
            lab_phrases.DATA,
            pool=sum(data.pool_counts),
            test=sum(data.test_counts),
            folds=verdict.folds,
            methods=views[METHODS].verdict.repeats,
            choice=verdict.repeats,
        )
    )
    draft.say(lab_phrases.DATA_CHOICE)
    add_examples(draft, views[CHOICE])


def _write_example(draft: Draft, view: RunView) -> None:
    draft.add_heading(lab_phrases.PART_EXAMPLE)
    task.write_networks(draft, view)
    training.write_curves(draft, view)
    draft.add_step(lab_phrases.QUALITY_PART)
    training.write_leaderboard(draft, view)


def _write_methods(draft: Draft, view: RunView) -> None:
    draft.add_heading(lab_phrases.PART_METHODS)
    draft.add_step(lab_phrases.METHODS_STEP)
    table = make_baseline(view)
    baseline = view.verdict.baseline
    if table is None or baseline is None or not table.rows:
        draft.say(lab_phrases.NO_CHANGES)
    else:
        epochs = {variant.spec.recipe.epochs for variant in view.variants}
        told = str(*epochs) if len(epochs) == 1 else lab_phrases.METHODS_OWN_EPOCHS
        numbers = {"figure": draft.next_figure, "table": draft.next_table}
        draft.say(fill(lab_phrases.METHODS_INTRO, epochs=told, **numbers))
        name = view.labels[baseline]
        caption = fill(lab_phrases.METHODS_BASELINE, variant=name)
        add_drawing(draft, view, "baseline", caption)
        add_report_table(draft, table)
        _list_changes(draft, view)
    recommended = view.verdict.recommended
    recipe = view.leading.spec.recipe.name if recommended is not None else "lab"
    reason = lab_phrases.RECOMMENDED_BY[view.verdict.kind]
    draft.say(fill(lab_phrases.RECOMMENDED, recipe=recipe, reason=reason))


def judge_changes(view: RunView) -> dict[str, list[Difference]]:
    """Group changes less the baseline: ``first`` (better), ``second``, ``tied``, ``undecided``."""
    groups: dict[str, list[Difference]] = {}
    for pair in view.verdict.against_baseline:
        turned = flip(pair) if pair.first == view.verdict.baseline else pair
        judgement = judge_pair(view, turned, is_planned=True)
        judgement = "undecided" if judgement in ("one-trial", "few-trials") else judgement
        groups.setdefault(judgement, []).append(turned)
    return {name: sorted(found, key=lambda pair: -pair.points) for name, found in groups.items()}


def _list_changes(draft: Draft, view: RunView) -> None:
    groups = judge_changes(view)
    margin = {"margin": view.verdict.margin_points}
    for name, phrase in (
        ("first", lab_phrases.HELPED),
        ("second", lab_phrases.HURT),
        ("tied", lab_phrases.EQUAL),
        ("undecided", lab_phrases.OPEN),
    ):
        if name in groups:
            draft.say(fill(phrase, **margin))
            draft.list_items(
                [_describe_change(view, pair, is_help=name == "first") for pair in groups[name]]
            )


def _describe_change(view: RunView, pair: Difference, *, is_help: bool) -> str:
    variant = next(one for one in view.variants if one.id == pair.first)
    what, why = lab_phrases.WHAT.get(variant.spec.recipe.name, (variant.spec.recipe.name, ""))
    change = fill(
        lab_phrases.CHANGE,
        variant=view.labels[pair.first],
        what=what,
        points=format_signed(pair.points, 2),
        reach=describe_reach(view, pair, is_planned=True),
    )
    return fill(lab_phrases.CHANGE_WHY, change=change, why=why) if is_help and why else change


def _write_published(draft: Draft, view: RunView) -> None:
    draft.add_heading(lab_phrases.PART_PUBLISHED)
    trials = max(len(variant.trials) for variant in view.variants)
    draft.say(fill(lab_phrases.PUBLISHED_INTRO, trials=trials))
    task.write_networks(draft, view)
    training.write_curves(draft, view)
    draft.add_step(lab_phrases.QUALITY_PART)
    training.write_leaderboard(draft, view)
    training.write_time(draft, view)
    training.write_over_fitting(draft, view)


def _write_choice(draft: Draft, view: RunView) -> None:
    draft.add_heading(lab_phrases.PART_CHOICE)
    recipe = view.variants[0].spec.recipe.name
    draft.say(fill(lab_phrases.CHOICE_INTRO, recipe=recipe))
    task.write_networks(draft, view)
    training.write_curves(draft, view)
    training.write_quality(draft, view)
    training.write_time(draft, view)
    training.write_over_fitting(draft, view)
    outcome.write_choice(draft, view)


def _write_rest(draft: Draft, views: Views) -> None:
    choice = views[CHOICE]
    draft.add_heading(lab_phrases.PART_MODEL)
    outcome.write_model(draft, choice, fill(lab_phrases.PLACE, folder=CHOICE))
    outcome.write_browser(draft, choice)
    moving.write_shift(draft, choice)
    outcome.write_landscape(draft, choice)
    draft.add_heading(lab_phrases.PART_RESULTS)
    _write_results(draft, views)
    _write_conclusion(draft, views)
    questions.write_questions(draft, choice, lab_phrases.EVIDENCE)


def _write_results(draft: Draft, views: Views) -> None:
    """Write the table of all variants, and that of all trainings."""
    draft.add_step(lab_phrases.FINAL)
    listed = [(step, variant) for step, view in views.items() for variant in view.variants]
    rows = [_describe_variant(lab_phrases.PART_NUMBERS[step], variant) for step, variant in listed]
    trials = [
        (lab_phrases.PART_NUMBERS[step], *row)
        for step, view in views.items()
        for row in outcome.list_trials(view)
    ]
    numbers = {"table": draft.next_table, "all": draft.next_table + 1, "count": len(trials)}
    draft.say(fill(lab_phrases.FINAL_INTRO, **numbers))
    best = views[CHOICE].verdict.recommended
    marked = [place for place, (step, one) in enumerate(listed) if (step, one.id) == (CHOICE, best)]
    draft.add_table(lab_phrases.FINAL_CAPTION, lab_phrases.FINAL_HEAD, rows, marked)
    draft.add_table(phrases.RESULTS_CAPTION, lab_phrases.ALL_HEAD, trials)


def _describe_variant(part: str, variant: VariantView) -> tuple[Phrase, ...]:
    spec, row = variant.spec, variant.row
    return (
        part,
        phrases.NO_OPERATOR if spec.operator == NO_OPERATOR else spec.operator,
        spec.backbone,
        spec.recipe.name,
        str(spec.recipe.epochs),
        str(len(variant.trials)),
        write_number(average(trial.train.accuracy for trial in variant.trials), ".4f"),
        write_number(row.accuracy, ".4f"),
        to_points(row.gap),
        write_number(row.train_seconds, "_.1f"),
    )


def _write_conclusion(draft: Draft, views: Views) -> None:
    draft.add_heading(phrases.CONCLUSION)
    draft.say(_describe_example(views[EXAMPLE]))
    helped = [
        views[METHODS].labels[pair.first] for pair in judge_changes(views[METHODS]).get("first", ())
    ]
    draft.say(
        fill(lab_phrases.HELPED_TOLD, names=helped, count=len(helped))
        if helped
        else lab_phrases.HELPED_NONE
    )
    choice = views[CHOICE]
    draft.say(retell(say_verdict(choice)))
    outcome.say_recommended(draft, choice)
    outcome.say_saved(draft, choice)
    draft.say(retell(say("report.not-said")))


def _describe_example(view: RunView) -> str:
    trials = view.variants[0].trials
    found = [trial.held_out.accuracy for trial in trials]
    low, high = min(found), max(found)
    is_one = low == high
    told = write_number(low, ".4f") if is_one else fill(lab_phrases.RANGE, low=low, high=high)
    return fill(
        lab_phrases.EXAMPLE_TOLD,
        accuracy=told,
        count=len(found),
        train=average(trial.train.accuracy for trial in trials),
    )
