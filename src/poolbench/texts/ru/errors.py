"""Russian texts of errors that every room meets: unknown names, and what a system refuses."""

TEXTS = {
    "error.quoted": "{message}",
    "error.unknown.backbone": "Сети {name!r} нет.",
    "error.unknown.check": "Проверки {name!r} нет.",
    "error.unknown.class": "Класса {name!r} нет.",
    "error.unknown.figure": "Рисунка {name!r} нет.",
    "error.unknown.image-set": "Набора изображений {name!r} нет.",
    "error.unknown.language": "Языка {name!r} нет.",
    "error.unknown.measure": "Показателя {name!r} нет.",
    "error.unknown.operator": "Оператора {name!r} нет.",
    "error.unknown.preset": "Набора настроек {name!r} нет.",
    "error.unknown.recipe": "Рецепта {name!r} нет.",
    "error.unknown.setting": "Параметра {name!r} нет.",
    "error.unknown.task": "Задачи {name!r} нет.",
    "error.unknown.trial": "Обучения {name!r} нет.",
    "error.unknown.variant": "Варианта {name!r} нет.",
    "hint.near": "Возможно, вы имели в виду: {near}.",
    "hint.known": "Есть: {known}.",
    "hint.unknown.backbone": (
        "Свою сеть укажите в виде package.module:function или продолжайте в той программе на "
        "Python, где она определена."
    ),
    "hint.unknown.operator": (
        "Свой оператор укажите в виде package.module:Class или продолжайте в той программе на "
        "Python, где он зарегистрирован."
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
    "os.ENOENT": "нет такого файла или папки",
    "os.ENOMEM": "не хватает памяти",
    "os.ENOSPC": "на диске не осталось места",
    "os.ENOTDIR": "часть пути — не папка",
    "os.ENOTEMPTY": "папка не пуста",
    "os.EPERM": "операция не разрешена",
    "os.EROFS": "файловая система доступна только для чтения",
    "os.ETIMEDOUT": "ответ не пришёл вовремя",
    "os.EXDEV": "это другая файловая система",
}
