"""Справка командной строки: слова, общие для всех страниц, и параметры нескольких команд."""

TEXTS = {
    "help.usage": "Использование",
    "help.arguments": "Аргументы",
    "help.options": "Параметры",
    "help.commands": "Команды",
    "help.panel.pictures": "Изображения",
    "help.panel.comparison": "Сравнение",
    "help.panel.other": "Прочее",
    "help.panel.machine": "Вычисления",
    # Что стоит на месте значения.
    "help.metavar.options": "[ПАРАМЕТРЫ]",
    "help.metavar.command": "КОМАНДА [АРГУМЕНТЫ]...",
    "help.metavar.address": "АДРЕС",
    "help.metavar.duration": "ВРЕМЯ",
    "help.metavar.file": "ФАЙЛ",
    "help.metavar.first": "А",
    "help.metavar.language": "ЯЗЫК",
    "help.metavar.name": "ИМЯ",
    "help.metavar.names": "ИМЕНА",
    "help.metavar.number": "ЧИСЛО",
    "help.metavar.path": "ПУТЬ",
    "help.metavar.repository": "ВЛАДЕЛЕЦ/ИМЯ",
    "help.metavar.run": "ЗАПУСК",
    "help.metavar.second": "Б",
    "help.metavar.set": "НАБОР",
    "help.metavar.text": "ТЕКСТ",
    "help.metavar.word": "ЗНАЧЕНИЕ",
    # Что действует, если параметр не задан.
    "help.default": "По умолчанию: {value}.",
    "help.default-with-preset": "{value} при --preset {presets:or}",
    "help.default-up-to": "{value}, не больше {most}",
    "help.no-default": "без ограничения",
    "help.required": "Обязательный параметр.",
    "help.more": "Ещё параметров: {count}. Показать все: {command}",
    # Параметры всех команд.
    "help.help": "Показать эту справку и выйти.",
    "help.help-all": "Показать все параметры и выйти.",
    "help.version": "Показать версию и выйти.",
    "help.lang": "Язык вывода: {languages}. По умолчанию: язык системы.",
    "help.json": "Вывести результат в формате JSON.",
    "help.debug": "При ошибке показать трассировку Python.",
    "help.install-completion": "Включить автодополнение в вашей командной оболочке.",
    "help.show-completion": (
        "Вывести скрипт автодополнения для вашей оболочки, чтобы его можно было скопировать или "
        "изменить."
    ),
    "help.completion-installed": (
        "Автодополнение для {shell} включено, файл: {path}. Перезапустите терминал."
    ),
    "help.run-path": "Запуск: папка, @ИМЯ (папка runs/ИМЯ) или @last (последний запуск).",
}
