"""Russian texts of errors in settings: what arrived, and what was expected."""

TEXTS = {
    "error.config.wrong": "{given}, а ожидается {expected}.",
    "error.config.wrong-choice": "{given}, а ожидается {expected}.",
    "hint.config.wrong-choice": "Возможно, вы имели в виду {near!r:or}.",
    "error.config.several": "Неверно заданы несколько параметров:\n{problems}",
    "error.config.several-in-file": (
        "В файле {path} неверно заданы несколько параметров:\n{problems}"
    ),
    "error.config.in-file": "Ошибка в файле {path}. {problem}",
    "error.config.in-table": "Таблица {table}. {problem}",
    "value.digits": "число из тысяч цифр",
    "given.value": "Задано {setting} {value}",
    "given.among": "{setting}: среди значений есть {value}",
    "given.table": "{setting}: получена таблица",
    "given.nothing": "{setting}: значение не задано",
    "expected.integer": "целое число от {low:,} до {high:,}",
    "expected.number": "число от {low:,g} до {high:,g}",
    "expected.number-above": "число больше {low:,g} и не больше {high:,g}",
    "expected.number-below": "число не меньше {low:,g} и меньше {high:,g}",
    "expected.repeats": "auto или целое число от 1 до {most:,}",
    "expected.time": "время от 1\u00a0с до 277\u00a0ч, например 90s, 5m или 1h30m",
    "expected.choice": "{others} или {last}",
    "expected.either": "{first} или {second}",
    "expected.boolean": "true или false",
    "expected.text": "текст",
    "expected.name": (
        "имя не длиннее {most} знаков из латинских букв, цифр, «_», «+» и «-», которое начинается "
        "с буквы или цифры"
    ),
    "expected.path": "путь",
    "expected.names": "список имён",
    "expected.tables": "список таблиц",
    "expected.table": "таблица параметров",
    # What the models find themselves.
    "error.config.empty": "{setting}: список пуст. Укажите хотя бы одно имя.",
    "error.config.twice": "{setting}: имя {name!r} указано дважды. Оставьте одно.",
    "error.config.groups-form": (
        "Задано {setting} {value!r}, а ожидается subfolder, name:ШАБЛОН или column:ИМЯ."
    ),
    "error.config.groups-pattern": (
        "Задано {setting} {value!r}, но в регулярном выражении ошибка ({reason})."
    ),
    "error.config.ray-alone": (
        "{--address}, {--storage} и {--allow-mixed} действуют только вместе с {--executor:ray}. "
        "Добавьте его или уберите их."
    ),
    "error.config.adamw-momentum": (
        'momentum и nesterov относятся к optimizer = "sgd", а в этом рецепте указан "adamw".'
    ),
    "error.config.nesterov-alone": "Для nesterov = true нужен momentum больше 0.",
    "error.config.one-part": (
        "Задано validation_parts = 1, но одна часть откладывается. Укажите 0, чтобы не "
        "откладывать, или не меньше 2."
    ),
    "error.config.patience-alone": "Для patience нужно validation_parts не меньше 2.",
    "error.config.part-untrained": (
        "trained_part оставляет остальную сеть без изменений, а без pretrained = true её значения "
        "случайны. Добавьте pretrained = true или уберите trained_part."
    ),
    "error.config.warmup-constant": (
        'Для warmup_fraction нужно расписание с подъёмом, а задано schedule = "constant".'
    ),
    # Names and files.
    "error.config.two-names": (
        "{first} и {second} — два имени одного параметра. Укажите одно из них."
    ),
    "error.config.names": (
        "{names} не читается как имена через запятую в одной строке ({reason})."
    ),
    "error.config.unreadable": "Не удалось прочитать файл {path}: {reason}.",
    "error.config.no-toml": "В файле {path} ошибка синтаксиса TOML ({reason}).",
}
