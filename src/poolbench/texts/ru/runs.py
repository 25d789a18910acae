"""Список запусков и различия двух из них."""

TEXTS = {
    "runs.none": "В {path} запусков нет. Создать первый: poolbench run",
    "runs.column-name": "запуск",
    "runs.column-date": "дата",
    "runs.column-pictures": "изображений",
    "runs.column-classes": "классов",
    "runs.column-verdict": "вердикт",
    "runs.column-size": "размер",
    "runs.winner": "победитель: {name}",
    "runs.tied": "ничья; рекомендуется {name}",
    "runs.undecided": "не решено; пока лучший: {name}",
    "runs.nothing-learned": "ничему не научились",
    "runs.running": "идёт, {done} из {total}",
    "runs.running-unknown": "идёт",
    "runs.unfinished": "не закончен, {done} из {total}",
    "runs.unfinished-unknown": "не закончен",
    "runs.broken": "повреждён",
    "runs.reason": "Запуск {name}: {reason}",
    "runs.megabytes": "{size:,.1f} МБ",
    # poolbench runs rm.
    "runs.remove": "Удалить {path} ({state}, {size})?",
    "runs.removed": "Удалено: {path}",
    "runs.kept": "Оставлено: {path}",
    "runs.others": "Папка {path} осталась, потому что в ней есть чужие файлы: {names}.",
    # poolbench runs diff.
    "runs.first": "А: {path} ({date}; {state})",
    "runs.second": "Б: {path} ({date}; {state})",
    "runs.diff-pictures": "Изображения",
    "runs.diff-settings": "Настройки",
    "runs.diff-versions": "Версии и машина",
    "runs.same": "{what}: различий нет.",
    "runs.diff-accuracy": "Точность, Б минус А",
    "runs.column-first": "А",
    "runs.column-second": "Б",
    "runs.column-difference": "Б − А, п. п.",
    "runs.column-interval": "95%-й интервал",
    "runs.column-repeats": "повторов",
    "runs.column-setting": "имя",
    "runs.same-trainings": "те же обучения",
    "runs.balanced": "Точность здесь — средняя по классам.",
    "runs.together": (
        "Обучения сравниваются попарно: в обоих исследованиях отложены одни и те же изображения в "
        "одних и тех же блоках. Учитываются только общие повторы, поэтому точность может "
        "отличаться от таблицы самого исследования. Доверительная вероятность 95 % относится ко "
        "всем интервалам сразу; если интервал содержит ноль, разница статистически незначима. Это "
        "сравнение не планировалось заранее, поэтому его результат предварительный."
    ),
    "runs.only-first": "Только в А: {names}.",
    "runs.only-second": "Только в Б: {names}.",
    "runs.unpaired-pictures": (
        "Интервалов нет: изображения в исследованиях разные, и обучения нельзя сравнить попарно. "
        "Точности приведены рядом, но разница может объясняться изображениями."
    ),
    "runs.unpaired-protocol": (
        "Интервалов нет: у одного исследования протокол cv, у другого lab, и отложены в них разные "
        "изображения."
    ),
    "runs.unpaired-splits": (
        "Интервалов нет: те же изображения разбиты на блоки иначе (различается начальное значение "
        "генератора случайных чисел, число блоков или группы), и обучения нельзя сравнить попарно."
    ),
    "runs.unpaired-unfinished": (
        "Точности не сравниваются: в одном из исследований ещё нет вердикта."
    ),
    "runs.unpaired-no-variant": "Точности не сравниваются: общих операторов нет.",
    # Страница, которую poolbench serve показывает без запуска.
    "runs.page-title": "Запуски",
    "runs.page-place": "Запуски в {path}",
    "runs.page-none": "Запусков здесь пока нет.",
    "runs.page-report": "Отчёт",
    "runs.page-no-report": "отчёта нет",
    "runs.page-hint": "Чтобы проверить модели запуска на своих изображениях:",
    "runs.page-serve": (
        "Страница запусков в {path}: {url}  (чтобы остановить сервер, нажмите Ctrl+C)"
    ),
}
