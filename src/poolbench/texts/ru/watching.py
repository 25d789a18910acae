"""Исследование, пока оно идёт, и что делать дальше."""

TEXTS = {
    "duration.seconds": "{seconds} с",
    "duration.minutes": "{minutes} мин {seconds:02d} с",
    "duration.hours": "{hours} ч {minutes:02d} мин",
    # Что делается сейчас.
    "watch.measure": "Измеряется скорость этой машины",
    "watch.train": "Обучение",
    "watch.train-to": "Обучение до повтора {repeats}",
    "watch.final": "Рекомендуемая сеть обучается на всём пуле",
    "watch.hand-over": "Сети экспортируются, строятся объяснения",
    "watch.verify": "Сохранённая модель проверяется в новом процессе",
    "watch.report": "Строится отчёт",
    # Таблица вариантов.
    "watch.column-variant": "вариант",
    "watch.column-trials": "обучено",
    "watch.column-accuracy": "точность",
    "watch.column-interval": "95 % интервал",
    "watch.column-curve": "кривая",
    "watch.column-left": "осталось",
    "watch.hidden": "Не поместилось вариантов: {count}.",
    # Что дальше.
    "next.title": "Что дальше:",
    "next.open": "открыть отчёт",
    "next.try": "проверить модели на своих снимках",
    "next.verify": "ещё раз проверить сохранённую модель",
    "next.hand-in": "составить отчёт по лабораторной работе",
    "next.continue": "продолжить: больше повторов",
    "next.again": "обучать дольше",
}
