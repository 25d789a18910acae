"""Russian texts of errors of a study: its plan, its run, what is asked of it, and the commands."""

TEXTS = {
    # The plan.
    "error.plan.classes": (
        "Классов в наборе: {count:,}. Для каждого обучения хранится таблица «каждый класс с "
        "каждым», а прочитать её удаётся, только если классов не больше примерно {most:,}."
    ),
    "hint.plan.classes": "Укажите меньше классов ({--classes}) или объедините их.",
    "error.plan.disk": (
        "Исследованию нужно около {needed:.2f}\u00a0ГиБ в папке {folder}, а свободно "
        "{free:.2f}\u00a0ГиБ."
    ),
    "hint.plan.disk": "Освободите место или укажите другую папку ({--out}).",
    "error.plan.vary": (
        "У сети {backbone!r} нет параметра {name}. Значения {--vary} для неё: {known:or}."
    ),
    "error.plan.vary-nothing": (
        "У сети {backbone!r} нет параметра {name}: её устройство менять нельзя."
    ),
    "error.plan.lab-classes": (
        "Классы не указаны. Для лабораторной нужно несколько классов {source}; со всеми она займёт "
        "много часов."
    ),
    "hint.plan.lab-classes": "Выберите свои, например {--classes:{example}}.",
    "error.plan.memory": (
        "Чтобы обучить {variant} на изображениях {height} × {width} пикс., нужно около "
        "{needed:.1f}\N{NO-BREAK SPACE}ГиБ памяти, а свободно {free:.1f}\N{NO-BREAK SPACE}ГиБ."
    ),
    "hint.plan.memory": "Уменьшите {--image-size}, например до 64, или выберите другую сеть.",
    "error.plan.time": (
        "На этой машине один повтор всех вариантов занимает с запасом около {needed}, а до "
        "предела, заданного в {--time-limit}, остаётся {left}."
    ),
    "hint.plan.time": "Отведите больше времени либо уменьшите число операторов или блоков.",
    "error.plan.time-or-epochs": (
        "На этой машине один повтор всех вариантов занимает с запасом около {needed}, а до "
        "предела, заданного в {--time-limit}, остаётся {left}."
    ),
    "hint.plan.time-or-epochs": (
        "Отведите больше времени, уменьшите число операторов или блоков либо укажите "
        "{--epochs:{epochs}}."
    ),
    "error.plan.recipe-taken": "Ваш рецепт называется {name!r}, как один из встроенных рецептов.",
    "hint.plan.recipe-taken": "Переименуйте рецепт или его файл.",
    "error.plan.vary-many": (
        "{--vary} и {--methods} меняют один вариант, а задано вариантов: {count}."
    ),
    "hint.plan.vary-many": "Укажите один оператор, одну сеть и один рецепт.",
    "error.plan.one-size": (
        "Обучение по рецепту {recipe!r} начинается с уменьшенных изображений, а сеть {backbone!r} "
        "принимает только один размер: её последний слой связан с каждой точкой карты."
    ),
    "hint.plan.one-size": "Выберите другую сеть или рецепт без progressive_size.",
    "error.plan.no-test": "Для протокола lab нужна тестовая выборка набора, а в {source} её нет.",
    "hint.plan.no-test": "Используйте {--protocol:cv}.",
    "error.plan.weights-missing": (
        "Обучение по рецепту {recipe!r} начинается с предобученных весов, а они не указаны."
    ),
    "hint.plan.weights-missing": (
        "Укажите файл safetensors: {--weights:ФАЙЛ}. Его создаёт команда poolbench pretrain."
    ),
    "error.plan.weights-unused": (
        "{--weights:{path}} ни на что не повлияет: ни в одном из выбранных рецептов обучение не "
        "начинается с предобученных весов."
    ),
    "hint.plan.weights-unused": (
        "Укажите {--recipes:finetune} или добавьте в рецепт pretrained = true."
    ),
    "error.plan.shape": "Вариант {variant} не подходит к изображениям. {reason}",
    "error.plan.operator-shape": (
        "Оператор {operator!r} в сети {backbone!r} превращает карту [{before}] (каналы, высота, "
        "ширина) в [{after}] при шаге {stride}, ожидается [{wanted}]: столько же каналов и "
        "ceil(размер / шаг) пикселей по каждой стороне."
    ),
    "error.plan.operator-type": (
        "Оператор {operator!r} в сети {backbone!r} превращает карту [{before}] (каналы, высота, "
        "ширина) в объект типа {after} при шаге {stride}, ожидается карта [{wanted}]."
    ),
    "hint.plan.operator-type": (
        "Метод forward должен возвращать один тензор. Что не так, покажет "
        "poolbench.testing.check_operator({check})."
    ),
    "hint.plan.operator-shape": (
        "Метод forward должен соблюдать шаг, с которым оператор создан. Что не так, покажет "
        "poolbench.testing.check_operator({check})."
    ),
    "error.plan.weights-empty": "В файле {path} нет весов.",
    "error.plan.weights-fit": (
        "В файле {path} нет ничего подходящего для {variant}: в файле имена вида {there!r}, в сети "
        "— вида {wanted!r}."
    ),
    "error.plan.weights-random": (
        "При обучении {variant} по рецепту {recipe!r} значение {value!r} не обучается, а в файле "
        "{path} его нет."
    ),
    "hint.plan.weights-random": "Укажите веса этой же сети или рецепт, который обучает её целиком.",
    "error.plan.inner-pictures": (
        "Обучающих изображений класса {name!r}: {count}. Чтобы выбрать эпоху или скорость "
        "обучения, нужно не меньше {parts}: изображения делятся на столько частей."
    ),
    "hint.plan.inner-pictures": (
        "Добавьте изображений, уберите этот класс или задайте {--tune:none} и рецепт без "
        "validation_parts."
    ),
    "error.plan.inner-groups": (
        "Обучающих групп класса {name!r}: {count}. Чтобы выбрать эпоху или скорость обучения, "
        "нужно не меньше {parts}: группы делятся на столько частей."
    ),
    "hint.plan.inner-groups": (
        "Добавьте групп, уберите этот класс или задайте {--tune:none} и рецепт без "
        "validation_parts."
    ),
    "error.plan.test-pictures": (
        "Изображений в тестовой выборке: {count}. Протокол lab оценивает сети по ней, и нужно не "
        "меньше 2."
    ),
    "error.plan.test-groups": (
        "Групп в тестовой выборке: {count}. Протокол lab оценивает сети по ней, и нужно не меньше "
        "2."
    ),
    # The study.
    "error.study.weights-seen": (
        "Веса {path} уже обучены на изображениях тестовой выборки ({count} из {total}), поэтому "
        "проверить по ней сеть с этими весами нельзя."
    ),
    "hint.study.weights-seen": (
        "Укажите веса, обученные без них: команда poolbench pretrain с теми же {--data}, "
        "{--classes}, {--groups} и {--on-duplicates} не использует тестовую выборку при любом "
        "размере изображений."
    ),
    "error.study.expect": (
        "Задано {--expect} {points:g}, а ожидается число больше 0 и не больше 100 (в процентных "
        "пунктах точности)."
    ),
    "error.study.all-lost": "Ни один вариант не удалось обучить до конца. {variant}: {details}",
    "hint.study.all-lost": "Завершённые обучения сохранены; та же команда попробует ещё раз.",
    "error.study.trial-lost": "Обучение {trial} потеряно. {details}",
    "hint.study.trial-lost": "Чтобы продолжить, выполните ту же команду.",
    "error.study.no-package": (
        "Чтобы превратить таблицу результатов в таблицу данных, нужен пакет {package}, но "
        "загрузить его не удалось ({reason})."
    ),
    "hint.study.no-package": (
        "Установите его: pip install {package}. Без него есть строки таблицы и файл "
        "leaderboard.csv в папке запуска."
    ),
    "error.study.unwritable": "Не удалось записать файл {path}: {reason}.",
    "hint.study.unwritable": "Укажите другое место: {--out}.",
    "error.study.one-variant": (
        "poolbench pretrain обучает один вариант, а задано несколько: {names}."
    ),
    "error.study.diverged": (
        "Обучение {variant} разошлось на шаге {step}: значение функции потерь больше не число."
    ),
    "hint.study.diverged": (
        "Уменьшите скорость обучения; скорость рецепта показывает poolbench recipes."
    ),
    "error.study.not-weights": (
        "Файл {path} уже существует и не был создан командой poolbench pretrain: в папке {runs} "
        "таких весов нет."
    ),
    "hint.study.not-weights": "Укажите другое место ({--out}) или переместите этот файл.",
    "error.study.lab-place": (
        "В {path} лежит отдельный запуск poolbench, а лабораторная хранит в одной папке четыре."
    ),
    "hint.study.lab-place": "Укажите новую или пустую папку ({--out}).",
    "error.study.log-missing": "Для {--log:{name}} не установлено: {missing}.",
    "hint.study.log-missing": "Установите: {command}",
    "error.study.log-refused": (
        "Не удалось начать журнал {--log:{name}} ({reason}). Обучение ещё не начато."
    ),
    "hint.study.log-refused": (
        "Исправьте это или уберите журнал и выполните ту же команду ещё раз."
    ),
    "error.study.mlflow-path": (
        "{--log:mlflow} не может писать в {path}: в пути есть вопросительный знак."
    ),
    "hint.study.mlflow-path": (
        "Укажите другую папку ({--out}) или сервер в переменной MLFLOW_TRACKING_URI."
    ),
    "error.study.no-trial": (
        "В этом исследовании нет обучения {variant!r} с повтором {repeat} и блоком {fold}."
    ),
    "hint.study.no-trial": "Доступны варианты: {known}.",
    "error.study.two-sources": "data и первый аргумент — два имени одного параметра.",
    "hint.study.two-sources": "Укажите что-то одно.",
    "error.study.no-backbone": "{given} не может быть сетью.",
    "hint.study.no-backbone": "Укажите имя сети или функцию, у которой есть имя.",
    "error.study.other-pictures": (
        "В {path} лежит исследование других изображений ({source}: {classes})."
    ),
    "hint.study.other-pictures": "Укажите другую папку ({--out}).",
    "error.study.hook": "{name} — это {given}, вызвать его нельзя.",
    "hint.study.hook": "Передайте функцию с одним аргументом.",
    "error.study.hook-failed": (
        "Функция {name} завершилась с ошибкой на обучении {trial} ({error}), исследование "
        "остановлено."
    ),
    "hint.study.hook-failed": (
        "Завершённые обучения сохранены: тот же вызов продолжит с этого места."
    ),
    "study.unexpected": "непредвиденная ошибка ({error}).",
    # Runs, and what is in them.
    "error.runs.unreadable": "Не удалось прочитать файл {path}: {reason}.",
    "error.runs.without-sign": "По пути {path} ничего нет.",
    "hint.runs.without-sign": "Запуск {run} обозначается так: {name}.",
    "error.runs.none-here": "Запуска {name} нет: в папке {place} нет запусков.",
    "hint.runs.none-here": (
        "Создайте его командой poolbench run, перейдите в папку, где лежит runs/, или укажите путь "
        "к запуску."
    ),
    "error.runs.unknown": "Запуска {name} в папке {place} нет.",
    "hint.runs.unknown": (
        "Возможно, вы имели в виду {near:or}. Все запуски показывает poolbench runs; последний — "
        "@last."
    ),
    "error.runs.unsearchable": "Не удалось просмотреть папку {path}: {reason}.",
    "error.runs.name-and-out": (
        "{--name} помещает запуск в {runs}, а {--out} — в другое место. Укажите что-то одно."
    ),
    "error.runs.name": (
        "{name!r} не может быть именем запуска. Нужны буквы, цифры, «_», «-», «+» и точки, первой "
        "идёт буква или цифра, всего не больше {most} знаков; имя {last!r} занято."
    ),
    "hint.runs.name": "Другую папку задаёт {--out}.",
    "error.runs.link": "{path} — ссылка.",
    "hint.runs.link": "Удалите саму ссылку или укажите папку, на которую она ведёт: {target}",
    "error.runs.no-folder": "Папки {path} нет. Ничего не удалено.",
    "error.runs.no-run": "{path} — не папка запуска poolbench. Ничего не удалено.",
    "hint.runs.no-run": "Имеющиеся запуски показывает poolbench runs.",
    "error.runs.file-missing": "В законченном исследовании не хватает файла {path}.",
    "hint.runs.file-missing": "Выполните ту же команду, чтобы записать его заново.",
    "error.runs.files-missing": (
        "В законченном исследовании не хватает файла {path}; всего таких файлов: {count}."
    ),
    "hint.runs.files-missing": "Выполните ту же команду, чтобы записать их заново.",
    "error.results.history": "Файл {path} не читается как история обучения ({reason}).",
    "error.results.folds": (
        "У {first} и {second} должны быть общие блоки, но отложены в них разные изображения, "
        "поэтому сравнить их нельзя."
    ),
    "hint.results.folds": (
        "Удалите обучения этого запуска и выполните их заново. Если это повторится, сообщите "
        "разработчикам."
    ),
    "error.results.points": (
        "По вердикту {first} и {second} различаются на {told}\u00a0п.\u00a0п., а по их точности — "
        "на {found}."
    ),
    "hint.results.points": "Это ошибка poolbench: сообщите о ней разработчикам.",
    # The command line.
    "error.cli.author-alone": (
        "{--author} и {--group} указываются в отчёте по лабораторной работе."
    ),
    "hint.cli.author-alone": "Добавьте {--lab}.",
    "error.cli.no-model-here": "В {path} нет ни модели, ни запуска poolbench.",
    "hint.cli.no-model-here": (
        "Укажите путь к модели, например best/model.onnx, папку запуска или @last. Имеющиеся "
        "запуски показывает poolbench runs."
    ),
    "error.cli.unfinished": "В {path} ещё нет модели: исследование не закончено.",
    "hint.cli.unfinished": (
        "Его продолжит команда, которой оно начато. Какие запуски закончены, показывает poolbench "
        "runs."
    ),
    "error.cli.unanswered": (
        "Изображений без ответа: {count} из {total}.\n{reasons}\n"
        "Уберите эти изображения или сохраните их заново в распространённом формате."
    ),
    "error.cli.many-unanswered": (
        "Изображений без ответа: {count} из {total}.\n{reasons}\n"
        "  … и ещё {more}; полный список даёт {--out}.\n"
        "Уберите эти изображения или сохраните их заново в распространённом формате."
    ),
    "error.cli.bundle-twice": (
        "{--bundle} указывает готовую папку, а {--download} скачивает её. Оставьте что-то одно."
    ),
    "error.cli.json": (
        "Не удалось записать JSON в стандартный вывод: {reason}. Файлы, которые создала команда, "
        "записаны полностью."
    ),
    "hint.cli.json": (
        "Направьте стандартный вывод туда, где есть место, и выполните ту же команду ещё раз."
    ),
    "error.cli.expect-alone": (
        "{--expect} показывает ещё до обучения, насколько вероятно, что исход определится."
    ),
    "hint.cli.expect-alone": "Добавьте {--dry-run}.",
    "error.cli.no-folder": "{--dir}: {path} — не папка.",
    "hint.cli.no-folder": "Укажите папку, в которой лежат запуски.",
    "error.cli.nobody-to-ask": (
        "Перед удалением нужно подтверждение, а стандартный ввод — не терминал. Ничего не удалено."
    ),
    "hint.cli.nobody-to-ask": "Добавьте {--yes}.",
}
