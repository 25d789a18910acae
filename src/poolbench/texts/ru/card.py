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
    "card.cheaper": ", а умножений-сложений требует в {times:.1f} раза меньше",
    "card.cheaper-range": ", а умножений-сложений требует в {low:.1f}–{high:.1f} раза меньше",
    "card.cheaper-up-to": ", а умножений-сложений требует меньше (самое большее в {high:.1f} раза)",
    "card.dearer": ", но требует в {times:.1f} раза больше умножений-сложений",
    "card.same-cost": " при том же числе умножений-сложений",
    "card.best": "Пока лучший — {variant}. {rest}",
    "card.not-settled": "Исход не определён.",
    "card.probably": (
        "Новые повторы, скорее всего, определят исход (если добавить {repeats}, вероятность — "
        "{chance})."
    ),
    "card.perhaps": (
        "Новые повторы могут определить исход (если добавить {repeats}, вероятность — {chance})."
    ),
    "card.unlikely": (
        "Новые повторы вряд ли определят исход (если добавить {repeats}, вероятность — {chance})."
    ),
    "card.unlikely-pictures": (
        "Новые повторы вряд ли определят исход (если добавить {repeats}, вероятность — {chance}); "
        "помогло бы больше изображений (всего {pictures:,}: {by_pictures})."
    ),
    "card.one-trial": "По одному обучению их не различить.",
    "card.single": "Обучен только {variant}: сравнивать не с чем.",
    "card.nothing": (
        "Не используйте ни один из вариантов: точность не выше, чем у модели, которая всегда "
        "называет один и тот же класс."
    ),
    "card.nothing-advice-drawn": (
        "Что попробовать: обучать дольше ({--epochs}); подобрать скорость обучения ({--tune:lr}). "
        "Изображения нарисовал сам poolbench, поэтому метки верны. Любую из сетей можно сохранить "
        "командой poolbench export ЗАПУСК --trial ИМЯ."
    ),
    # Кого сравнивали и числа варианта, о котором говорит карточка.
    "card.compared": "Сравнивались",
    "card.compared-many": "Сравнивались варианты: {count}",
    "card.held-out": "{metric} {variant} на отложенных изображениях",
    "card.held-out-value": (
        "{value:.4f} (95%-й интервал: от {low:.4f} до {high:.4f}; {pictures:,} "
        "{pictures:изображение|изображения|изображений}, {trials} "
        "{trials:обучение|обучения|обучений})"
    ),
    "card.metric-accuracy": "Точность",
    "card.metric-balanced-accuracy": "Сбалансированная точность",
    "card.test": "{metric} сохранённой модели на тестовой выборке",
    "card.test-value": (
        "{value:.4f} (95%-й интервал: от {low:.4f} до {high:.4f}; {pictures:,} "
        "{pictures:изображение|изображения|изображений})"
    ),
    "card.cost": "Затраты, {variant}",
    "card.cost-value": (
        "{multiply_adds} умножений-сложений на изображение; {parameters:,} "
        "{parameters:параметр|параметра|параметров}; среднее время обучения {seconds:,.1f} с "
        "({trials} {trials:обучение|обучения|обучений})"
    ),
    "card.basis": "На чём основан вердикт",
    "card.terms": (
        "Вариант — сеть с одним оператором и одним рецептом обучения; число обучений — сколько раз "
        "обучали каждый вариант."
    ),
    # Из скольких изображений и обучений построен рисунок.
    "card.samples-paired": (
        "n: отложенных изображений — {pictures:,}, каждое распознано в каждом повторе; обучений "
        "каждого варианта — {trials}."
    ),
    "card.samples-trials": "n: обучений каждого варианта — {trials}.",
    "card.samples-predictions": (
        "n: отложенных изображений — {pictures:,}; обучений каждого варианта — {trials}."
    ),
    "card.samples-shift": (
        "n: отложенных изображений — {pictures:,}; от каждого варианта взято одно обучение."
    ),
    "card.samples-landscape": "n: обучающих изображений — {pictures:,}; сеть одна.",
    # Свёрнутые части.
    "card.scroll": "прокрутите →",
    "card.read-on": "Как это читать",
    "card.all-rows": "Все строки: {count:,}",
    "card.excerpt-first": "Первые {count} из {total:,}.",
    "card.excerpt-worst": "{count} из {total:,} с наименьшей F1-мерой, начиная с худших.",
    "card.excerpt-fewest": "{count} из {total:,} с наименьшим числом изображений.",
    "card.more-panels": "Ещё вариантов: {count}",
    "card.more-pictures": "Ещё изображений: {count}",
    "card.more-notes": "Ещё замечаний: {count}",
    "card.keys": "Обозначения ({count})",
    "card.show-config": "Показать config.toml",
    "card.other-variants": "остальные: {count}",
    "card.range-of-others": "остальные варианты (отложенные изображения), 10–90 %",
    "card.chosen-note": (
        "Цветом выделены рекомендованный вариант и лучшие из {total}; остальные серые."
    ),
    # Самые частые ошибки.
    "card.confused-caption": "{variant}: какие классы путаются чаще всего",
    "card.confused-true": "истинный класс",
    "card.confused-said": "предсказанный класс",
    "card.confused-share": "доля истинного класса, %",
    "card.confused-count": "ответов",
    # Протоколы и способы приведения к размеру.
    "card.protocol-cv": "перекрёстная проверка с повторами (cv)",
    "card.protocol-lab": "опубликованное разбиение, как в курсе (lab)",
    "card.fit-crop": "обрезка по центру",
    "card.fit-pad": "вписывание с полями",
    "card.fit-squash": "растяжение без сохранения пропорций",
    "card.yes": "да",
    "card.no": "нет",
    # Сведения об изображениях.
    "fact.skipped": "пропущено нечитаемых изображений",
    "fact.ignored_folders": "пропущенные папки",
    "fact.validation_joined": "изображений валидационной выборки, добавленных к обучающим",
    "fact.groups_across_halves": "групп, попавших и в обучающую, и в тестовую выборку",
    "fact.resized_from": "исходные высота и ширина, пикс.",
    "fact.seed": "начальное значение генератора случайных чисел",
    "fact.repetition": "номер повторения",
    "fact.duplicates.test_exact": (
        "тестовых изображений, у которых есть точная копия среди обучающих"
    ),
    "fact.duplicates.test_near": "тестовых изображений, похожих на обучающие",
    "fact.duplicates.pool_exact": "точных копий среди обучающих изображений",
    "fact.duplicates.pool_near": "обучающих изображений, похожих на другие обучающие",
    "fact.duplicates.other_label": "дубликатов с разными метками",
    "fact.duplicates.dropped": "исключено дубликатов",
    "fact.duplicates.threshold": (
        "порог, начиная с которого изображения считаются похожими (от 0 до 1)"
    ),
    "fact.duplicates.false_share": "доля похожих пар с разным содержанием (оценка, от 0 до 1)",
    "fact.duplicates_across_halves": (
        "тестовых изображений, у которых есть точная копия среди обучающих"
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
    "machine.device": "устройство, на котором обучались сети",
    "machine.library": "версия {name}",
    "machine.variable": "переменная окружения {name}",
    "machine.fingerprint": "контрольная сумма сведений о машине и библиотеках",
    "machine.poolbench": "версия poolbench",
    "machine.language": "язык вывода",
}
