"""Командная строка: что говорят команды помимо результата."""

TEXTS = {
    "cli.namesake": (
        "{name} — встроенный набор с этим именем. Папка или файл рядом: --data ./{name}"
    ),
    "cli.progress": "Изображений: {done} из {total}",
    "cli.predicted": "Изображений с ответом: {done} из {total}",
    "cli.predictions": "Таблица: {path}",
}
