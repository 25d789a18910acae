"""Исследование, пока оно идёт, и что делать дальше."""

TEXTS = {
    "duration.seconds": "{seconds}\N{NO-BREAK SPACE}с",
    "duration.minutes": "{minutes} мин\N{NO-BREAK SPACE}{seconds:02d}\N{NO-BREAK SPACE}с",
    "duration.hours": "{hours}\N{NO-BREAK SPACE}ч\N{NO-BREAK SPACE}{minutes:02d} мин",
    # Что делается сейчас.
    "watch.replaces": (
        "В папке лежит завершённое исследование с другими настройками. Его вердикт, таблица, "
        "модель и отчёт будут заменены, обучения останутся. Чтобы сохранить всё, укажите другое "
        "имя ({--name}) или другую папку ({--out})."
    ),
    "watch.measure": "Измеряем быстродействие этой машины",
    "watch.train": "Обучаем сети",
    "watch.train-to": "Обучаем сети: по {repeats}-й повтор включительно",
    "watch.final": "Обучаем рекомендованную сеть на всех обучающих изображениях",
    "watch.hand-over": "Экспортируем сети и строим объяснения их ответов",
    "watch.verify": "Проверяем сохранённую модель в новом процессе",
    "watch.report": "Строим отчёт",
    # Таблица вариантов.
    "watch.column-variant": "вариант",
    "watch.column-trials": "обучений",
    "watch.column-accuracy": "точность",
    "watch.column-interval": "95%-й интервал",
    "watch.column-curve": "кривая",
    "watch.column-left": "осталось",
    "watch.hidden": "Не поместилось вариантов: {count}.",
    # Что дальше.
    "next.title": "Что дальше:",
    "next.open": "открыть отчёт",
    "next.try": "проверить модели на своих изображениях",
    "next.verify": "ещё раз проверить сохранённую модель",
    "next.hand-in": "составить отчёт по лабораторной работе",
    "next.continue": "продолжить, добавив повторы",
    "next.again": "обучать сети дольше",
}
