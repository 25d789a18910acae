"""Describe the shift test: what happens to the answers when the pictures move."""

from dataclasses import dataclass

import numpy as np

from poolbench.report.figures.shift import average_shift
from poolbench.report.handin import phrases
from poolbench.report.handin.blocks import Draft
from poolbench.report.handin.draw import add_drawing, add_report_table, has_figure
from poolbench.report.handin.fill import fill
from poolbench.report.handin.numbers import tell_most
from poolbench.report.read import RunView, VariantView
from poolbench.report.tables import make_shift

# What the document says; Russian, as all of it.
SHIFT = "Сдвиг изображения"
SHIFT_EXPLAINED = (
    "На рисунках {first}–{last} показаны результаты первого обучения каждой конфигурации "
    "({place}). Часть отложенных изображений ({count:,}) сдвинута на целое число пикселей, каждое "
    "в одном из четырёх направлений. На рисунках {first} и {second} сдвиг циклический: пиксели, "
    "ушедшие за один край, появляются с другой стороны; на рисунках {third} и {last} "
    "освободившееся место заполняется чёрным. Устойчивость — доля изображений, у которых "
    "предсказанный класс не изменился."
)
PLACE_CV = "повтор 1, блок 1"
PLACE_LAB = "повтор 1"
SHIFT_TRIALS = (
    "Отложенные изображения, по всем обучениям, сдвинуты на целое число пикселей; освободившееся "
    "место заполнено отражением края. Устойчивость — доля изображений, у которых предсказанный "
    "класс не изменился. Результаты показаны на рисунках {first}–{last}."
)
SHIFT_CAPTIONS = {
    "consistency-circular": "Устойчивость к циклическим сдвигам",
    "accuracy-circular": "Точность при циклических сдвигах",
    "consistency-border": "Устойчивость к сдвигам; освободившееся место заполняется чёрным",
    "accuracy-border": "Точность при сдвигах; освободившееся место заполняется чёрным",
    "shift-consistency": "Устойчивость к сдвигам",
    "shift-accuracy": "Точность при сдвигах",
}
SHIFT_TABLE = (
    "Устойчивость по всем обучениям приведена в таблице {table}; там "
    "освободившееся место заполнено отражением края."
)
SHIFT_TABLE_ALIKE = (
    "Значения устойчивости приведены в таблице {table}; освободившееся место заполнено так же."
)
SHIFT_FAR = "При наибольшем сдвиге ({pixels} пикс., {border}):"
CIRCULAR, REFLECTED = "по кругу", "с отражением края"
SHIFT_PART = (
    "Точность без сдвига здесь измерена только на этих изображениях ({count:,}) и по одному "
    "обучению, поэтому может отличаться от средней по всем обучениям, указанной выше."
)
SHIFT_ONE = (
    "{variant}: предсказанный класс не изменился у {consistency:.1f} % изображений, точность "
    "{accuracy:.4f} (без сдвига {before:.4f})"
)
AGAINST_MLP = (
    "При таком сдвиге полносвязная сеть ({mlp}) сохраняет ответ для {its:.1f} % изображений, "
    "свёрточная ({variant}) — для {own:.1f} %: устойчивость свёрточной {reading}. Доверительные "
    "интервалы для этих чисел не построены."
)
READINGS = {1: "выше", 0: "такая же", -1: "ниже"}
ONLY_MLP = "Свёрточной сети в этом запуске нет: сравнивать полносвязную не с чем."
NO_MLP = (
    "Полносвязной сети в этом запуске нет. Чтобы сравнить её со свёрточной, добавьте mlp к "
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
            fill(
                SHIFT_EXPLAINED,
                first=first,
                second=first + 1,
                third=first + 2,
                last=first + 3,
                place=PLACE_LAB if view.verdict.protocol == "lab" else PLACE_CV,
                count=count,
            )
        )
    else:
        draft.say(fill(SHIFT_TRIALS, first=first, last=first + 1))
    for name in names:
        add_drawing(draft, view, name, SHIFT_CAPTIONS[name])
    table = SHIFT_TABLE if is_explained else SHIFT_TABLE_ALIKE
    draft.say(fill(table, table=draft.next_table))
    add_report_table(draft, make_shift(view, "consistency"))
    pixels = measure_moved(view, view.leading).pixels
    draft.say(fill(SHIFT_FAR, pixels=pixels, border=name_border(view)))
    shown = tell_most(draft, view.variants, phrases.SHOWN_FIRST)
    lines = []
    for variant in shown:
        moved = measure_moved(view, variant)
        if np.isfinite(moved.consistency):
            lines.append(
                fill(
                    SHIFT_ONE,
                    variant=variant.label,
                    consistency=100 * moved.consistency,
                    accuracy=moved.accuracy,
                    before=moved.before,
                )
            )
    draft.list_items(lines)
    if is_explained:
        draft.say(fill(SHIFT_PART, count=count))
    draft.say(compare_with_mlp(view))


def compare_with_mlp(view: RunView) -> str:
    """Compare the best convolutional network with the best fully connected one."""
    connected = [variant for variant in view.variants if variant.spec.backbone == MLP]
    convolutional = [variant for variant in view.variants if variant.spec.backbone != MLP]
    if not connected:
        return fill(NO_MLP, backbones=",".join(view.config.backbones))
    if not convolutional:
        return ONLY_MLP
    its, own = (measure_moved(view, found[0]) for found in (connected, convolutional))
    return fill(
        AGAINST_MLP,
        mlp=connected[0].label,
        variant=convolutional[0].label,
        its=100 * its.consistency,
        own=100 * own.consistency,
        reading=READINGS[int(np.sign(round(own.consistency - its.consistency, 9)))],
    )
