"""Write what came of it: the choice, the saved model, shifts, all trials, the conclusion."""

import numpy as np

from poolbench.records import TrialRecord
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import add_drawing, add_report_table, has_figure
from poolbench.report.handin.fill import fill, retell
from poolbench.report.handin.numbers import (
    find_model_kilobytes,
    group_checks,
    tell_points,
    to_points,
)
from poolbench.report.handin.training import describe_time
from poolbench.report.handin.tried import write_answers
from poolbench.report.pairs import make_baseline, make_differences
from poolbench.report.read import RunView, VariantView
from poolbench.report.wording import list_notes, say_advice, say_verdict
from poolbench.report.words import MISSING, Phrase, say, write_number
from poolbench.verdict.proportion import read_headline


def write_choice(draft: Draft, view: RunView) -> None:
    """Write the verdict, and what it rests on."""
    verdict = view.verdict
    draft.add_step(phrases.CHOICE)
    if verdict.differences:
        numbers = {"figure": draft.next_figure, "table": draft.next_table}
        draft.say(fill(phrases.CHOICE_INTRO, **numbers))
        add_drawing(draft, view, "differences", phrases.DIFFERENCES_CAPTION)
        add_report_table(draft, make_differences(view))
        values = {"margin": verdict.margin_points, "percent": 100 * verdict.tie_confidence}
        draft.say(retell(say("report.explain-differences", **values)))
        if not view.has_many_trials:
            draft.say(retell(say("report.explain-one-trial")))
    _write_baseline(draft, view)
    draft.say(fill(phrases.VERDICT, sentence=retell(say_verdict(view))))
    if verdict.recommended is None:
        draft.say(retell(say_advice(view)))
    draft.say(
        fill(
            phrases.BASIS,
            pictures=verdict.pictures,
            repeats=verdict.repeats,
            folds=verdict.folds,
            margin=verdict.margin_points,
        )
    )
    notes = [retell(note) for note in list_notes(view)]
    if notes:
        draft.say(phrases.NOTES)
        draft.list_items(notes)


def _write_baseline(draft: Draft, view: RunView) -> None:
    """Write what each change was worth, where one thing was changed at a time."""
    table = make_baseline(view)
    if table is None or view.verdict.baseline is None or not table.rows:
        return
    name = view.labels[view.verdict.baseline]
    numbers = {"figure": draft.next_figure, "table": draft.next_table}
    draft.say(fill(phrases.BASELINE_INTRO, variant=name, **numbers))
    add_drawing(draft, view, "baseline", fill(phrases.BASELINE_CAPTION, variant=name))
    add_report_table(draft, table)


def write_model(draft: Draft, view: RunView, place: str = phrases.THIS_RUN) -> None:
    """Write of the saved model, and the proof that it predicts what was measured.

    Args:
        place: What the run is called.
    """
    draft.add_step(phrases.MODEL)
    final, size = view.final, find_model_kilobytes(view)
    if final is None or size is None:
        draft.say(phrases.NO_MODEL)
        return
    headline = read_headline(final)
    draft.say(
        fill(
            phrases.MODEL_INTRO,
            variant=view.labels.get(final.variant, final.variant),
            size=size,
            metric=phrases.METRICS[headline.metric],
            accuracy=headline.value,
            count=headline.pictures,
            low=headline.low,
            high=headline.high,
            constant=headline.constant,
        )
    )
    if view.verdict.protocol == "lab":
        count = _count_saved(view)
        which = fill(phrases.MODEL_FIRST, count=count) if count > 1 else ""
        draft.say(fill(phrases.MODEL_LAB, which=which))
    else:
        draft.say(phrases.MODEL_CV)
    _write_verification(draft, view, place)
    draft.say(phrases.RESTORE)
    draft.add_code(
        "import poolbench\n\n"
        'study = poolbench.load("ЗАПУСК")\n'
        "# images: uint8 [N, H, W, 3]\n"
        "logits, probabilities = study.best.predict(images)",
        "python",
    )


def _write_verification(draft: Draft, view: RunView, place: str) -> None:
    report = view.verification
    is_alone = report is not None and not report.torch_imported
    torch = phrases.WITHOUT_TORCH if is_alone else ""
    draft.say(fill(phrases.VERIFY_INTRO, torch=torch, place=place))
    draft.add_code("poolbench verify ЗАПУСК")
    if report is None:
        draft.say(phrases.NOT_VERIFIED)
        return
    values = {"count": len(report.checks), "passed": sum(check.passed for check in report.checks)}
    phrase = phrases.VERIFY_PASSED if report.passed else phrases.VERIFY_FAILED
    draft.say(fill(phrase, pictures=report.pictures, table=draft.next_table, **values))
    rows = []
    for name, checks in group_checks(report.checks).items():
        measured = [check.value for check in checks if check.value is not None]
        rows.append(
            (
                name,
                str(len(checks)),
                str(sum(check.passed for check in checks)),
                write_number(max(measured), ".2g") if measured else MISSING,
                write_number(max(check.tolerance for check in checks), "g"),
            )
        )
    draft.add_table(phrases.VERIFY_CAPTION, phrases.VERIFY_HEAD, rows)


def write_browser(draft: Draft, view: RunView) -> None:
    """Write how the page is opened, with space for what the student sees there."""
    draft.add_step(phrases.BROWSER)
    if view.final is None:
        draft.say(phrases.NO_MODEL)
        return
    draft.say(phrases.BROWSER_INTRO)
    size = min(view.data.image_size)
    draft.add_code(
        "poolbench serve ЗАПУСК\n"
        "poolbench page ЗАПУСК --out ПАПКА --bundle package\n"
        f"poolbench export ЗАПУСК --layout nchw --size {size}"
    )
    write_answers(draft, view)


def write_results(draft: Draft, view: RunView) -> None:
    """Write the table of every trial that was compared."""
    draft.add_step(phrases.RESULTS)
    rows = list_trials(view)
    draft.say(fill(phrases.RESULTS_INTRO, count=len(rows), table=draft.next_table))
    draft.add_table(phrases.RESULTS_CAPTION, phrases.RESULTS_HEAD, rows)


def list_trials(view: RunView) -> list[tuple[Phrase, ...]]:
    """List a row for each trial that was compared."""
    return [
        (variant.label, *_describe_trial(trial), write_number(timing.train_seconds, "_.1f"))
        for variant in view.variants
        for trial, timing in zip(variant.trials, variant.timings, strict=True)
    ]


def _describe_trial(trial: TrialRecord) -> tuple[Phrase, ...]:
    place = str(trial.spec.repeat + 1), str(trial.spec.fold + 1)
    if trial.diverged_at is not None:
        # What a network says whose weights are no numbers is no measurement.
        numbers: tuple[Phrase, ...] = (phrases.DIVERGED, MISSING, MISSING, MISSING)
    else:
        numbers = (
            write_number(trial.train.accuracy, ".4f"),
            write_number(trial.held_out.accuracy, ".4f"),
            write_number(trial.held_out.nll, ".4f"),
            to_points(trial.overfit.gap),
        )
    return (*place, str(trial.spec.variant.recipe.epochs), *numbers)


def write_landscape(draft: Draft, view: RunView) -> None:
    """Write of the loss around the network; nothing where it was not computed."""
    if view.explained is None or not has_figure(view, "landscape"):
        return
    arrays = view.explained.arrays
    losses, coefficients = (
        arrays["landscape_losses"].astype(float),
        arrays["landscape_coefficients"],
    )
    known = losses[np.isfinite(losses)]
    border = np.concatenate([losses[0], losses[-1], losses[:, 0], losses[:, -1]])
    border = border[np.isfinite(border)]
    middle = int(np.argmin(np.abs(coefficients)))
    draft.add_step(phrases.LANDSCAPE)
    pictures = view.explained.facts["landscape"]["pictures"]
    is_known = bool(np.isfinite(losses[middle, middle]))
    numbers = {"middle": losses[middle, middle], "lowest": known.min()} if is_known else {}
    phrase = phrases.LANDSCAPE_TEXT if is_known else phrases.LANDSCAPE_INFINITE
    draft.say(fill(phrase, figure=draft.next_figure, pictures=pictures, **numbers))
    if border.size:
        draft.say(fill(phrases.LANDSCAPE_BORDER, low=border.min(), high=border.max()))
    add_drawing(draft, view, "landscape", phrases.LANDSCAPE_CAPTION)


def write_conclusion(draft: Draft, view: RunView) -> None:
    """Write the verdict, with the numbers of what it recommends."""
    draft.add_heading(phrases.CONCLUSION)
    draft.say(retell(say_verdict(view)))
    say_recommended(draft, view)
    say_saved(draft, view)
    draft.say(retell(say("report.not-said")))


def say_recommended(draft: Draft, view: RunView) -> None:
    """Say what to use, as surely as the verdict does, and what it reaches."""
    best = view.leading
    if len(view.variants) > 1 and view.verdict.recommended is not None:
        is_open = view.verdict.kind == "undecided"
        advice = phrases.ADVICE_OPEN if is_open else phrases.ADVICE
        draft.say(fill(advice, variant=best.label))
    draft.say(_describe_recommended(view, best))


def say_saved(draft: Draft, view: RunView) -> None:
    """Say what the saved model reaches, and whether it was verified."""
    if view.final is None:
        return
    headline = read_headline(view.final)
    passed = None if view.verification is None else view.verification.passed
    phrase, count = phrases.CONCLUSION_MODEL, _count_saved(view)
    if view.verdict.protocol == "lab":
        phrase = phrases.CONCLUSION_MODEL_LAB if count > 1 else phrases.CONCLUSION_MODEL_LAB_ONE
    draft.say(
        fill(
            phrase,
            count=count,
            metric=phrases.METRICS[headline.metric],
            accuracy=headline.value,
            result=phrases.VERIFICATIONS[passed],
        )
    )


def _count_saved(view: RunView) -> int:
    """Count the trainings of the variant whose model was saved; by the lab's protocol its first."""
    saved = None if view.final is None else view.final.variant
    return sum(len(variant.trials) for variant in view.variants if variant.id == saved)


def _describe_recommended(view: RunView, best: VariantView) -> str:
    row = best.row
    return fill(
        phrases.CONCLUSION_QUALITY,
        metric=phrases.METRICS[view.verdict.metric],
        variant=best.label,
        accuracy=row.accuracy,
        low=row.accuracy_low,
        high=row.accuracy_high,
        gap=tell_points(row.gap),
        time=describe_time(best),
    )
