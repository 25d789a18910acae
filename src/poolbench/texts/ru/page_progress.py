"""Страница, пока исследование идёт."""

TEXTS = {
    "page.progress-table": "Промежуточные итоги по вариантам",
    "page.progress-variant": "вариант",
    "page.progress-trials": "обучено",
    "page.progress-accuracy": "точность",
    "page.progress-balanced-accuracy": "сбалансированная точность",
    "page.progress-interval": "95 % интервал",
    "page.progress-curve": "точность по эпохам",
    "page.progress-time": "осталось",
    "page.progress-left": "осталось {left}",
    "page.step-measure": "Измеряется скорость этой машины",
    "page.step-train": "Обучение",
    "page.step-train-to": "Обучение до повтора {repeats}",
    "page.step-final": "Рекомендуемая сеть обучается на всём пуле",
    "page.step-hand-over": "Сети экспортируются, строятся объяснения",
    "page.step-verify": "Сохранённая модель проверяется в новом процессе",
    "page.step-report": "Строится отчёт",
    "page.duration-seconds": "{seconds} с",
    "page.duration-minutes": "{minutes} мин {seconds} с",
    "page.duration-hours": "{hours} ч {minutes} мин",
}
