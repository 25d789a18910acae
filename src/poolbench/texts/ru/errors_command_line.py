"""Отказы командной строки до начала команды и ошибки, которых никто не ждал."""

TEXTS = {
    "error.unknown.command": "Неизвестная команда: {name!r}.",
    "error.option.unknown": "У команды {command} нет параметра {name}.",
    "hint.option.unknown": "Список параметров: {help}.",
    "error.option.unknown-near": "У команды {command} нет параметра {name}.",
    "hint.option.unknown-near": "Возможно, вы имели в виду {near:or}. Список параметров: {help}.",
    "error.option.missing": (
        "Команде {command} не хватает параметра {option} {value} ({explanation})."
    ),
    "error.option.no-value": "После {option} ожидается значение, но его нет.",
    "hint.option.no-value": "Напишите {option} {value}.",
    "error.option.flag": "Параметр {option} не принимает значения, а задано {given!r}.",
    "hint.option.flag": "Напишите {option} без знака равенства.",
    "error.option.no-names": "После {option} ожидается хотя бы одно имя, а стоит {following}.",
    "error.option.whole": "Задано {option} {given!r}, а ожидается целое число.",
    "error.option.number": "Задано {option} {given!r}, а ожидается число, например 0.5.",
    "error.option.least": "Задано {option} {number}, а ожидается целое число не меньше {least}.",
    "error.option.range": "Задано {option} {number}, а ожидается целое число от {least} до {most}.",
    "error.words.missing": "Команде {command} не хватает аргумента {value} ({explanation}).",
    "error.words.extra": (
        "Лишнее: {words!r}. Кроме параметров, команда {command} принимает только {expected}."
    ),
    "hint.words.extra": "Справка: {help}.",
    "error.words.extra-none": "Лишнее: {words!r}. Команда {command} принимает только параметры.",
    "hint.words.extra-none": "Список параметров: {help}.",
    "error.words.stray": (
        "{word!r} не относится ни к одному параметру, а команда {command} принимает только их."
    ),
    "hint.words.stray": (
        "Несколько имён указывают сразу после параметра: {--operators:max avg}. Список параметров: "
        "{help}."
    ),
    "error.words.stray-path": (
        "{word!r} не относится ни к одному параметру команды {command}. Это путь, поэтому, "
        "вероятно, имелось в виду:\n  {meant}"
    ),
    "error.words.stray-set": (
        "{word!r} не относится ни к одному параметру команды {command}. Это набор изображений, "
        "поэтому, вероятно, имелось в виду:\n  {meant}"
    ),
    # Чего никто не ждал.
    "error.memory": "Не хватает памяти.",
    "hint.memory": (
        "Закройте другие программы или уменьшите расход памяти: {--workers:1}, меньшее значение "
        "{--image-size}, меньше изображений или классов."
    ),
    "error.recursion": (
        "Слишком глубокая вложенность (списки в списках и так далее), или сеть бесконечно вызывает "
        "сама себя."
    ),
    "hint.recursion": "Где именно, покажет {--debug}.",
    "error.unexpected": "Непредвиденная ошибка: {message} ({kind}).",
    "hint.unexpected": "Где она возникла, покажет {--debug}.",
    "error.unexpected-file": "Файл или папка {path}: {error} ({kind}).",
    "hint.unexpected-file": "Где возникла ошибка, покажет {--debug}.",
}
