"""Карточка в начале отчёта и названия сведений в его таблицах."""

TEXTS = {
    # Что получилось, одним-двумя словами.
    "card.kind-winner": "Победитель",
    "card.kind-tied": "Ничья",
    "card.kind-undecided": "Не решено",
    "card.kind-nothing-learned": "Сети ничему не научились",
    "card.kind-single": "Один вариант",
    # Что делать, одной строкой.
    "card.winner": (
        "Используйте {variant}: точнее ближайшего соперника, {rival}, на {points:.1f} п. п.{cost}."
    ),
    "card.winner-corrected": (
        "Используйте {variant}: точнее ближайшего соперника, {rival}, примерно на {points:.1f} "
        "п. п.{cost}."
    ),
    "card.winner-barely": "Используйте {variant}: точнее ближайшего соперника, {rival}{cost}.",
    "card.tied": (
        "Используйте {variant}: по точности не уступает {others} (в пределах {margin:g} п. п.)"
        "{cost}."
    ),
    "card.others": "остальным",
    "card.others-counted": "ещё {count} вариантам",
    "card.and": "{first} и {last}",
    "card.cheaper": ", а умножений-сложений меньше в {times:.1f} раза",
    "card.cheaper-range": ", а умножений-сложений меньше в {low:.1f}–{high:.1f} раза",
    "card.cheaper-up-to": ", а умножений-сложений меньше (не больше чем в {high:.1f} раза)",
    "card.dearer": "; умножений-сложений больше в {times:.1f} раза",
    "card.same-cost": " при той же цене",
    "card.best": "Пока лучший: {variant}. {rest}",
    "card.not-settled": "Вопрос не решён.",
    "card.probably": (
        "Вопрос не решён; новые повторы, скорее всего, его решат (если добавить {repeats}, "
        "вероятность {chance})."
    ),
    "card.perhaps": (
        "Вопрос не решён; новые повторы могут его решить (если добавить {repeats}, вероятность "
        "{chance})."
    ),
    "card.unlikely": (
        "Вопрос не решён, и новые повторы вряд ли его решат (если добавить {repeats}, вероятность "
        "{chance})."
    ),
    "card.unlikely-pictures": (
        "Вопрос не решён, и новые повторы вряд ли его решат (если добавить {repeats}, вероятность "
        "{chance}); помогло бы больше изображений (всего {pictures}: {by_pictures})."
    ),
    "card.one-trial": "По одному обучению каждого их не различить.",
    "card.single": "Обучен только {variant}: сравнивать не с чем.",
    "card.nothing": (
        "Не используйте ни один: ни один вариант не лучше ответа, который всегда называет один и "
        "тот же класс."
    ),
    "card.nothing-advice-drawn": (
        "Что можно изменить: обучать дольше (--epochs); подобрать скорость обучения (--tune lr). "
        "Изображения нарисовала сама программа, поэтому метки верны. Команда poolbench export RUN "
        "--trial ID всё равно сохранит любую из сетей."
    ),
    # Кого сравнивали и числа варианта, о котором говорит карточка.
    "card.compared": "Сравнивались",
    "card.compared-many": "Сравнивались варианты: {count}",
    "card.held-out": "{variant}, отложенная часть: {metric}",
    "card.held-out-value": (
        "{value:.4f} (интервал 95 %: {low:.4f} – {high:.4f}; изображений: {pictures}, обучений: "
        "{trials})"
    ),
    "card.metric-accuracy": "точность",
    "card.metric-balanced-accuracy": "сбалансированная точность",
    "card.test": "Сохранённая модель на тесте",
    "card.test-value": (
        "{value:.4f} (интервал 95 %: {low:.4f} – {high:.4f}; изображений: {pictures})"
    ),
    "card.cost": "Затраты варианта {variant}",
    "card.cost-value": (
        "умножений-сложений на одно изображение: {multiply_adds}; параметров: {parameters}; время "
        "обучения: {seconds:.1f} с (среднее; обучений: {trials})"
    ),
    "card.basis": "На чём это основано",
    # Из скольких изображений и обучений построен рисунок.
    "card.samples-paired": (
        "n: отложенных изображений {pictures}, каждое — во всех повторах; обучений каждого "
        "варианта: {trials}."
    ),
    "card.samples-trials": "n: обучений каждого варианта: {trials}.",
    "card.samples-predictions": (
        "n: отложенных изображений {pictures}; обучений каждого варианта: {trials}."
    ),
    "card.samples-shift": (
        "n: отложенных изображений {pictures}; по одному обучению каждого варианта."
    ),
    "card.samples-landscape": "n: изображений из обучающей части {pictures}; одна сеть.",
    # Свёрнутые части.
    "card.scroll": "прокрутите →",
    "card.all-rows": "Все строки: {count}",
    "card.excerpt-first": "Первые {count} из {total}.",
    "card.excerpt-worst": "{count} из {total} с наименьшей F1, худшие первыми.",
    "card.excerpt-fewest": "{count} из {total} с наименьшим числом изображений.",
    "card.more-panels": "Ещё вариантов: {count}",
    "card.more-pictures": "Ещё изображений: {count}",
    "card.more-notes": "Ещё замечаний: {count}",
    "card.keys": "Обозначения ({count})",
    "card.show-config": "Показать config.toml",
    "card.other-variants": "остальных вариантов: {count}",
    "card.range-of-others": "отложенная часть, другие варианты, 10–90 %",
    "card.chosen-note": (
        "Цветом показаны рекомендованный вариант и лучшие (всего вариантов: {total}); остальные "
        "серые."
    ),
    # Самые частые ошибки.
    "card.confused-caption": "{variant}: что с чем путается чаще всего",
    "card.confused-true": "истинный класс",
    "card.confused-said": "принят за",
    "card.confused-share": "от его изображений, %",
    "card.confused-count": "раз",
    # Протоколы и способы приведения к размеру.
    "card.protocol-cv": "повторная перекрёстная проверка (cv)",
    "card.protocol-lab": "официальное разбиение, как в курсе (lab)",
    "card.fit-crop": "обрезка по середине",
    "card.fit-pad": "вписывание с полями",
    "card.fit-squash": "растяжение без сохранения пропорций",
    "card.yes": "да",
    "card.no": "нет",
    # Сведения об изображениях.
    "fact.skipped": "пропущено нечитаемых изображений",
    "fact.ignored_folders": "пропущенные папки",
    "fact.validation_joined": "изображений из проверочной части, вошедших в обучающую",
    "fact.groups_across_halves": "групп, попавших в обе половины",
    "fact.resized_from": "исходные высота × ширина, пикс.",
    "fact.seed": "зерно",
    "fact.repetition": "повторение",
    "fact.duplicates.test_exact": "точных дубликатов между половинами",
    "fact.duplicates.test_near": "похожих изображений между половинами",
    "fact.duplicates.pool_exact": "точных дубликатов в обучающей части",
    "fact.duplicates.pool_near": "похожих изображений в обучающей части",
    "fact.duplicates.other_label": "дубликатов с разными метками",
    "fact.duplicates.dropped": "исключено дубликатов",
    "fact.duplicates.threshold": "наименьшее сходство похожих, 0–1",
    "fact.duplicates.false_share": "доля ложных сходств, оценка",
    "fact.duplicates_across_halves": "точных дубликатов между половинами",
    "fact.remark": "замечание",
    # Сведения о машине.
    "machine.python": "версия Python",
    "machine.system": "операционная система",
    "machine.processor": "процессор",
    "machine.cores": "ядер процессора",
    "machine.memory_bytes": "память, ГБ",
    "machine.device": "обучение на",
    "machine.library": "версия {name}",
    "machine.variable": "переменная окружения {name}",
    "machine.fingerprint": "отпечаток машины",
    "machine.poolbench": "версия poolbench",
}
