"""Describe the shift test: what happens to the answers when the pictures move."""

from dataclasses import dataclass

import numpy as np

from poolbench.report.figures.shift import average_shift
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import add_drawing, add_report_table, has_figure
from poolbench.report.handin.numbers import tell_most
from poolbench.report.read import RunView, VariantView
from poolbench.report.tables import make_shift

# What the document says; Russian, as all of it.
SHIFT = "Сдвиг изображения"
SHIFT_EXPLAINED = (
    "На рисунках {first}–{last} показано первое обучение каждого варианта ({place}): часть "
    "отложенных изображений ({count}) сдвинута на целое число пикселей, каждое в одном из четырёх "
    "направлений. Край на рисунках двух видов: на рисунках {first} и {second} что ушло с одной "
    "стороны, входит с другой (сдвиг по кругу), на рисунках {third} и {last} освободившееся место "
    "чёрное. Устойчивость: доля изображений, у которых предсказанный класс не изменился."
)
PLACE_CV = "повтор 1, блок 1"
PLACE_LAB = "повтор 1"
SHIFT_TRIALS = (
    "Отложенные изображения всех обучений сдвинуты на целое число пикселей, край заполнен "
    "отражением. Устойчивость: доля изображений, у которых предсказанный класс не изменился. "
    "Результаты показаны на рисунках {first}–{last}."
)
SHIFT_CAPTIONS = {
    "consistency-circular": "Устойчивость к сдвигам; что ушло с одной стороны, входит с другой",
    "accuracy-circular": "Точность при сдвигах; что ушло с одной стороны, входит с другой",
    "consistency-border": "Устойчивость к сдвигам; освободившееся место чёрное",
    "accuracy-border": "Точность при сдвигах; освободившееся место чёрное",
    "shift-consistency": "Устойчивость к сдвигам",
    "shift-accuracy": "Точность при сдвигах",
}
SHIFT_TABLE = (
    "Устойчивость по всем обучениям дана в таблице {table}; край там третьего вида, он заполнен "
    "отражением."
)
SHIFT_TABLE_ALIKE = "Устойчивость в числах дана в таблице {table}; край тот же."
SHIFT_FAR = "При наибольшем сдвиге ({pixels} пикс., {border}):"
CIRCULAR, REFLECTED = "по кругу", "край заполнен отражением"
SHIFT_PART = (
    "Точность без сдвига здесь измерена лишь на этих изображениях ({count}) и по одному обучению, "
    "поэтому она может отличаться от той, что в итоговой таблице."
)
SHIFT_ONE = (
    "{variant}: класс не изменился у {consistency:.1f} % изображений, точность {accuracy:.4f} "
    "против {before:.4f} без сдвига"
)
AGAINST_MLP = (
    "При этом сдвиге полносвязная сеть ({mlp}) сохраняет ответ у {its:.1f} % изображений, "
    "свёрточная ({variant}) у {own:.1f} %; устойчивость свёрточной {reading}. Интервалов у этих "
    "чисел нет."
)
READINGS = {1: "выше", 0: "такая же", -1: "ниже"}
ONLY_MLP = "Свёрточной сети в этом запуске нет, сравнивать полносвязную не с чем."
NO_MLP = (
    "Полносвязной сети в этом запуске нет. Чтобы сравнить с ней свёрточную, добавьте её к "
    "сравниваемым сетям: --backbones {backbones},mlp."
)

MLP = "mlp"
EXPLAINED = ("consistency-circular", "accuracy-circular", "consistency-border", "accuracy-border")
OF_TRIALS = ("shift-consistency", "shift-accuracy")


@dataclass(frozen=True)
class Moved:
    """A variant at the largest shift.

    Attributes:
        consistency: Part of the pictures that keep their label, 0–1.
        accuracy, before: With and without the shift, 0–1.
    """

    pixels: int
    consistency: float
    accuracy: float
    before: float


def measure_moved(view: RunView, variant: VariantView) -> Moved:
    """Read the curves that were computed for the report, where there are any; else the trials'."""
    if view.explained is not None and view.explained.has_shift:
        arrays = view.explained.arrays
        row = view.explained.facts["variants"].index(variant.id)
        pixels = arrays["shift_pixels"]
        consistency, accuracy = (
            arrays[f"shift_{measure}"][row, 0] for measure in ("consistency", "accuracy")
        )
    else:
        pixels = np.array(variant.trials[0].shift.pixels)
        consistency, accuracy = (
            average_shift(variant, measure) for measure in ("consistency", "accuracy")
        )
    return Moved(int(pixels[-1]), float(consistency[-1]), float(accuracy[-1]), float(accuracy[0]))


def name_border(view: RunView) -> str:
    """Name what comes in at the border where :func:`measure_moved` moves the pictures."""
    is_explained = view.explained is not None and view.explained.has_shift
    return CIRCULAR if is_explained else REFLECTED


def write_shift(draft: Draft, view: RunView) -> None:
    """Write of consistency and accuracy of moved pictures, with the fully connected network."""
    draft.add_step(SHIFT)
    is_explained = has_figure(view, EXPLAINED[0])
    names = EXPLAINED if is_explained else OF_TRIALS
    first = draft.next_figure
    count = 0
    if is_explained and view.explained is not None:
        # The same pictures for all variants, none for one that diverged.
        count = int(view.explained.arrays["shift_counts"].max())
        draft.say(
            SHIFT_EXPLAINED.format(
                first=first,
                second=first + 1,
                third=first + 2,
                last=first + 3,
                place=PLACE_LAB if view.verdict.protocol == "lab" else PLACE_CV,
                count=count,
            )
        )
    else:
        draft.say(SHIFT_TRIALS.format(first=first, last=first + 1))
    for name in names:
        add_drawing(draft, view, name, SHIFT_CAPTIONS[name])
    table = SHIFT_TABLE if is_explained else SHIFT_TABLE_ALIKE
    draft.say(table.format(table=draft.next_table))
    add_report_table(draft, make_shift(view, "consistency"))
    pixels = measure_moved(view, view.leading).pixels
    draft.say(SHIFT_FAR.format(pixels=pixels, border=name_border(view)))
    shown = tell_most(draft, view.variants, phrases.SHOWN_FIRST)
    lines = []
    for variant in shown:
        moved = measure_moved(view, variant)
        if np.isfinite(moved.consistency):
            lines.append(
                SHIFT_ONE.format(
                    variant=variant.label,
                    consistency=100 * moved.consistency,
                    accuracy=moved.accuracy,
                    before=moved.before,
                )
            )
    draft.list_items(lines)
    if is_explained:
        draft.say(SHIFT_PART.format(count=count))
    draft.say(compare_with_mlp(view))


def compare_with_mlp(view: RunView) -> str:
    """Compare the best convolutional network with the best fully connected one."""
    connected = [variant for variant in view.variants if variant.spec.backbone == MLP]
    convolutional = [variant for variant in view.variants if variant.spec.backbone != MLP]
    if not connected:
        return NO_MLP.format(backbones=",".join(view.config.backbones))
    if not convolutional:
        return ONLY_MLP
    its, own = (measure_moved(view, found[0]) for found in (connected, convolutional))
    return AGAINST_MLP.format(
        mlp=connected[0].label,
        variant=convolutional[0].label,
        its=100 * its.consistency,
        own=100 * own.consistency,
        reading=READINGS[int(np.sign(round(own.consistency - its.consistency, 9)))],
    )
