"""Russian texts of errors that every room meets: unknown names, and what a system refuses."""

TEXTS = {
    "error.quoted": "{message}",
    "error.unknown.backbone": "Неизвестная сеть: {name!r}.",
    "error.unknown.check": "Неизвестная проверка: {name!r}.",
    "error.unknown.class": "Неизвестный класс: {name!r}.",
    "error.unknown.figure": "Неизвестный рисунок: {name!r}.",
    "error.unknown.image-set": "Неизвестный набор изображений: {name!r}.",
    "error.unknown.language": "Неизвестный язык: {name!r}.",
    "error.unknown.measure": "Неизвестный показатель: {name!r}.",
    "error.unknown.operator": "Неизвестный оператор: {name!r}.",
    "error.unknown.preset": "Неизвестный набор настроек: {name!r}.",
    "error.unknown.recipe": "Неизвестный рецепт: {name!r}.",
    "error.unknown.setting": "Неизвестный параметр: {name!r}.",
    "error.unknown.task": "Неизвестная задача: {name!r}.",
    "error.unknown.trial": "Обучение {name!r} не найдено.",
    "error.unknown.variant": "Неизвестный вариант: {name!r}.",
    "hint.near": "Возможно, вы имели в виду {near!r:or}.",
    "hint.near-paths": "Возможно, вы имели в виду {near:or}.",
    "hint.known": "Доступны: {known}.",
    "hint.unknown.backbone": (
        "Свою сеть укажите в виде package.module:function или запустите сравнение из программы на "
        "Python, в которой она определена."
    ),
    "hint.unknown.operator": (
        "Свой оператор укажите в виде package.module:Class или запустите сравнение из программы на "
        "Python, в которой он зарегистрирован."
    ),
    "hint.class-with-comma": (
        "Имя класса с запятой заключите в кавычки, как в CSV: "
        "{--classes} '\"Pepper, bell\",tomato'."
    ),
    "list.or": "или",
    "list.and": "и",
    "list.more": "… (всего {count})",
    "os.EACCES": "нет прав доступа",
    "os.EADDRINUSE": "адрес уже занят",
    "os.EADDRNOTAVAIL": "у этого компьютера нет такого адреса",
    "os.EBUSY": "файл занят",
    "os.ECONNREFUSED": "в соединении отказано",
    "os.ECONNRESET": "соединение закрыто другой стороной",
    "os.EDQUOT": "исчерпана дисковая квота",
    "os.EEXIST": "такой файл или папка уже есть",
    "os.EFBIG": "файл слишком велик для этой файловой системы",
    "os.EINVAL": "такое имя здесь недопустимо",
    "os.EIO": "диск сообщил об ошибке",
    "os.EISDIR": "это папка",
    "os.ELOOP": "символические ссылки образуют цикл",
    "os.EMFILE": "открыто слишком много файлов",
    "os.ENAMETOOLONG": "имя слишком длинное",
    "os.ENODEV": "такого устройства нет",
    "os.ENOENT": "такого файла или папки нет",
    "os.ENOMEM": "не хватает памяти",
    "os.ENOSPC": "на диске не осталось места",
    "os.ENOTDIR": "часть пути — не папка",
    "os.ENOTEMPTY": "папка не пуста",
    "os.EPERM": "операция не разрешена",
    "os.EROFS": "файловая система доступна только для чтения",
    "os.ETIMEDOUT": "ответ не пришёл вовремя",
    "os.EXDEV": "это другая файловая система",
}
