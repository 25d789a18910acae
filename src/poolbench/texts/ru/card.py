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
        "Используйте {variant}: он точнее ближайшего соперника ({rival}) на {points:.1f} п. "
        "п.{cost}."
    ),
    "card.winner-corrected": (
        "Используйте {variant}: он точнее ближайшего соперника ({rival}) примерно на {points:.1f} "
        "п. п.{cost}."
    ),
    "card.winner-barely": "Используйте {variant}: он точнее ближайшего соперника ({rival}){cost}.",
    "card.tied": (
        "Используйте {variant}: по точности он не уступает {others} (в пределах {margin:g} п. "
        "п.){cost}."
    ),
    "card.others": "остальным",
    "card.others-counted": "остальным вариантам ({count})",
    "card.and": "{first} и {last}",
    "card.cheaper": ", а умножений-сложений в {times:.1f} раза меньше",
    "card.cheaper-range": ", а умножений-сложений меньше в {low:.1f}–{high:.1f} раза",
    "card.cheaper-up-to": ", а умножений-сложений меньше (самое большее в {high:.1f} раза)",
    "card.dearer": ", но умножений-сложений в {times:.1f} раза больше",
    "card.same-cost": " при том же числе умножений-сложений",
    "card.best": "Пока лучший — {variant}. {rest}",
    "card.not-settled": "Вопрос не решён.",
    "card.probably": "Новые повторы, скорее всего, решат вопрос (ещё {repeats}: {chance}).",
    "card.perhaps": "Новые повторы могут решить вопрос (ещё {repeats}: {chance}).",
    "card.unlikely": "Новые повторы вряд ли решат вопрос (ещё {repeats}: {chance}).",
    "card.unlikely-pictures": (
        "Новые повторы вряд ли решат вопрос (ещё {repeats}: {chance}); помогло бы больше "
        "изображений (всего {pictures:,}: {by_pictures})."
    ),
    "card.one-trial": "По одному обучению их не различить.",
    "card.single": "Обучен только {variant}: сравнивать не с чем.",
    "card.nothing": (
        "Не используйте ни один из вариантов: точность не выше, чем если всегда называть один и "
        "тот же класс."
    ),
    "card.nothing-advice-drawn": (
        "Что попробовать: обучать дольше ({--epochs}); подобрать скорость обучения ({--tune:lr}). "
        "Изображения нарисовал сам poolbench, поэтому метки верны. Любую из сетей можно сохранить "
        "командой poolbench export RUN --trial ID."
    ),
    # Кого сравнивали и числа варианта, о котором говорит карточка.
    "card.compared": "Сравнивались",
    "card.compared-many": "Сравнивались варианты: {count}",
    "card.held-out": "Отложенные изображения, {variant}: {metric}",
    "card.held-out-value": (
        "{value:.4f} (интервал 95 % от {low:.4f} до {high:.4f}; изображений: {pictures:,}, "
        "обучений: {trials})"
    ),
    "card.metric-accuracy": "точность",
    "card.metric-balanced-accuracy": "сбалансированная точность",
    "card.test": "Сохранённая модель на тестовой части",
    "card.test-value": (
        "{value:.4f} (интервал 95 % от {low:.4f} до {high:.4f}; изображений: {pictures:,})"
    ),
    "card.cost": "Затраты, {variant}",
    "card.cost-value": (
        "{multiply_adds} умножений-сложений на изображение; параметров: {parameters:,}; обучение: "
        "{seconds:,.1f} с (среднее; обучений: {trials})"
    ),
    "card.basis": "На чём основано",
    "card.terms": (
        "Вариант — сеть с одним оператором и одним рецептом обучения; число обучений — сколько раз "
        "обучали каждый вариант; место — где в сети стоит оператор."
    ),
    # Из скольких изображений и обучений построен рисунок.
    "card.samples-paired": (
        "n: отложенных изображений — {pictures:,}, каждое распознано в каждом повторе; обучений "
        "каждой сети — {trials}."
    ),
    "card.samples-trials": "n: обучений каждой сети — {trials}.",
    "card.samples-predictions": (
        "n: отложенных изображений — {pictures:,}; обучений каждой сети — {trials}."
    ),
    "card.samples-shift": "n: отложенных изображений — {pictures:,}; каждая сеть обучена один раз.",
    "card.samples-landscape": "n: обучающих изображений — {pictures:,}; сеть одна.",
    # Свёрнутые части.
    "card.scroll": "прокрутите →",
    "card.read-on": "Как это читать",
    "card.all-rows": "Все строки: {count:,}",
    "card.excerpt-first": "Первые {count} из {total:,}.",
    "card.excerpt-worst": "{count} из {total:,} с наименьшей F1, начиная с худших.",
    "card.excerpt-fewest": "{count} из {total:,} с наименьшим числом изображений.",
    "card.more-panels": "Ещё вариантов: {count}",
    "card.more-pictures": "Ещё изображений: {count}",
    "card.more-notes": "Ещё замечаний: {count}",
    "card.keys": "Обозначения ({count})",
    "card.show-config": "Показать config.toml",
    "card.other-variants": "остальные: {count}",
    "card.range-of-others": "остальные, отложенная часть, 10–90 %",
    "card.chosen-note": (
        "Цветом выделены рекомендованный вариант и лучшие из {total}; остальные серые."
    ),
    # Самые частые ошибки.
    "card.confused-caption": "{variant}: что с чем путается чаще всего",
    "card.confused-true": "истинный класс",
    "card.confused-said": "предсказанный класс",
    "card.confused-share": "доля истинного класса, %",
    "card.confused-count": "изображений",
    # Протоколы и способы приведения к размеру.
    "card.protocol-cv": "повторная перекрёстная проверка (cv)",
    "card.protocol-lab": "опубликованное разбиение, как в курсе (lab)",
    "card.fit-crop": "обрезка по центру",
    "card.fit-pad": "вписывание с полями",
    "card.fit-squash": "растяжение без сохранения пропорций",
    "card.yes": "да",
    "card.no": "нет",
    # Сведения об изображениях.
    "fact.skipped": "пропущено нечитаемых изображений",
    "fact.ignored_folders": "пропущенные папки",
    "fact.validation_joined": "изображений валидационной части, добавленных к обучающим",
    "fact.groups_across_halves": "групп, попавших в обе части",
    "fact.resized_from": "исходные высота и ширина, пикс.",
    "fact.seed": "зерно генератора случайных чисел",
    "fact.repetition": "номер повторения",
    "fact.duplicates.test_exact": "изображений теста, у которых есть точная копия среди обучающих",
    "fact.duplicates.test_near": "изображений теста, похожих на обучающие",
    "fact.duplicates.pool_exact": "обучающих изображений, повторяющих предыдущие",
    "fact.duplicates.pool_near": "обучающих изображений, похожих на предыдущие",
    "fact.duplicates.other_label": "дубликатов с разными метками",
    "fact.duplicates.dropped": "исключено дубликатов",
    "fact.duplicates.threshold": "наименьшее сходство похожих (от 0 до 1)",
    "fact.duplicates.false_share": "доля похожих, на которых изображено разное (оценка, от 0 до 1)",
    "fact.duplicates_across_halves": (
        "изображений теста, у которых есть точная копия среди обучающих"
    ),
    "fact.remark": "замечание",
    # Как нарисованы изображения задачи с известным ответом.
    "fact.needle_sd": "яркость точки, стандартных отклонений шума",
    "fact.levels_per_sd": "стандартное отклонение шума, уровней серого",
    "fact.sparse_rate": "доля точек в разреженном классе (от 0 до 1)",
    "fact.dense_rate": "доля точек в плотном классе (от 0 до 1)",
    "fact.dot_levels": "яркость точки, уровней серого",
    "fact.shift_sd": "сдвиг среднего, стандартных отклонений шума",
    "fact.grey_level": "средняя яркость, уровней серого",
    "fact.signal_levels": "амплитуда сигнала, уровней серого",
    "fact.signal_sd": "амплитуда сигнала, стандартных отклонений шума",
    "fact.nuisance_levels_sd": "стандартное отклонение мелких решёток, уровней серого",
    "fact.noise_levels_sd": "стандартное отклонение шума, уровней серого",
    "fact.object_pixels": "сторона квадрата, пикс.",
    "fact.object_levels": "яркость квадрата, уровней серого",
    # Сведения о машине.
    "machine.python": "версия Python",
    "machine.system": "операционная система",
    "machine.processor": "процессор",
    "machine.cores": "ядер процессора",
    "machine.memory_bytes": "память",
    "machine.device": "обучение на",
    "machine.library": "версия {name}",
    "machine.variable": "переменная окружения {name}",
    "machine.fingerprint": "отпечаток машины и библиотек",
    "machine.poolbench": "версия poolbench",
    "machine.language": "язык исследования",
}
