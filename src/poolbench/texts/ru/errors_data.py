"""Russian texts of errors about files, downloads, folders and lists of pictures, and classes."""

_IN_FULL = "Напишите путь полностью, а если файл или папка действительно так называется — ./{path}."
_FETCH = (
    "Проверьте соединение и запустите программу снова или скачайте файл другим способом и укажите "
    "его: {--data-file:ПУТЬ}."
)
_CLASS_FOLDERS = (
    "Ожидается {folder}/<класс>/<изображение> или {folder}/train/<класс>/<изображение>, а рядом с "
    "train — папка test (и, если нужно, val)."
)
_SUBFOLDERS = "Вложенные папки классов читаются с {--groups:subfolder}."
_AS_UTF8 = (
    "Сохраните файл в UTF-8: в Excel — «CSV UTF-8», в LibreOffice — с кодировкой «Юникод (UTF-8)», "
    "в командной строке — iconv -f CP1251 -t UTF-8 (или с той кодировкой, которая у файла)."
)
_ONE_CLASS = (
    "poolbench ожидает один класс для каждого изображения: удалите строку или укажите классы в "
    "столбце label."
)
_LEAVE_OUT = "исключите класс, перечислив остальные в {--classes}"

TEXTS = {
    # Files.
    "error.file.unreadable": "Не удалось прочитать {path}: {error}.",
    "error.home.no-user": (
        "{path} начинается с {name} — домашней папки пользователя, но пользователя {user!r} нет."
    ),
    "hint.home.no-user": _IN_FULL,
    "error.home.unset": (
        "{path} начинается с ~ — вашей домашней папки, но переменная HOME не задана."
    ),
    "hint.home.unset": _IN_FULL,
    "file.check-path": "Проверьте путь.",
    "file.reason.deep": "вложенность больше {most} уровней",
    "file.reason.device": "это канал или устройство",
    "file.reason.elsewhere": "путь к нему ведёт по ссылке в другое место",
    "file.reason.foreign": "файл повреждён или записан в другом формате ({detail})",
    "file.reason.json": "строка {line}, столбец {column} — не JSON ({detail})",
    "file.reason.large": (
        "его размер — {size:,}\xa0байт, а читаются файлы не больше {most:,}\xa0байт"
    ),
    "file.reason.link": "это ссылка",
    "file.reason.utf8": "это не текст в UTF-8",
    # Downloads.
    "error.download.failed": "Не удалось скачать {url}: {reason}.",
    "hint.download.failed": _FETCH,
    "error.download.broken-off": "Не удалось скачать {url}: {reason}.",
    "hint.download.broken-off": (
        f"{_FETCH} Уже скачано {{kept:,}}\xa0байт: следующий запуск продолжит с этого места."
    ),
    "error.download.large": (
        "С {url} передаётся больше {most:,}\xa0байт; опубликованных файлов такого размера нет."
    ),
    "hint.download.large": (
        "Запустите программу снова или укажите файл, который у вас есть: {--data-file:ПУТЬ}."
    ),
    "error.download.md5": (
        "С {url} получен файл с MD5 {found}, а ожидается {md5}: файл изменён или повреждён при "
        "передаче и не используется."
    ),
    "hint.download.md5": (
        "Запустите программу снова или скачайте файл другим способом и укажите его: "
        "{--data-file:ПУТЬ}."
    ),
    "error.download.not-kept": "Не удалось сохранить в {folder} файл, скачанный с {url}: {error}.",
    "hint.download.not-kept": (
        "Освободите место или задайте другую папку в переменной окружения POOLBENCH_CACHE."
    ),
    "download.reason.connection": "сбой соединения ({detail})",
    "download.reason.name": "не найден адрес сервера; есть ли подключение к интернету?",
    "download.reason.network": "сеть недоступна; есть ли подключение к интернету?",
    "download.reason.part": "сервер передаёт не ту часть файла, которую запросили",
    "download.reason.short": "соединение оборвалось на байте {done:,} из {total:,}",
    "download.reason.status": "сервер отвечает {status} ({words})",
    # CIFAR.
    "error.cifar.archive": "{path} — не тот архив, который опубликован: {error}",
    "error.cifar.folder": (
        "В {path} нет файла {name}. В папке {set} должны лежать {names:and} — файлы, распакованные "
        "из {url}."
    ),
    "error.cifar.md5": (
        "У {name} MD5 {found}, а у опубликованного файла {md5}: файл повреждён или это другой "
        "файл, поэтому он не читается."
    ),
    "hint.cifar.md5": (
        "Скачайте его снова ({--download:True}) или укажите другой: {--data-file:ПУТЬ}."
    ),
    "error.cifar.members": "в нём больше {most:,} файлов.",
    "error.cifar.missing": (
        "В {path} нет {names:or}: это не архив {set} в формате python ({url})."
    ),
    "error.cifar.no-file": "Задано {--data-file} {path}, но такого файла или папки нет.",
    "hint.cifar.no-file": "{meant} Ожидается архив или папка, распакованная из него.",
    "error.cifar.not-here": "Набора {set} на этом компьютере нет (искали {path}).",
    "hint.cifar.not-here": (
        "Добавьте {--download:True}, чтобы один раз его скачать, или укажите архив или папку, если "
        "они у вас есть: {--data-file:ПУТЬ}."
    ),
    "error.cifar.pickle": "Не удалось распаковать {name}: {reason}.",
    "error.cifar.size": (
        "{name} занимает {size:,}\xa0байт, а опубликованные данные меньше {most:,}\xa0байт."
    ),
    "error.cifar.tar": "Не удалось прочитать {path} как архив tar: {reason}.",
    "hint.cifar.tar": "Скачайте его снова с {url}.",
    "cifar.content": "содержимое архива",
    "cifar.header": "заголовок в архиве",
    "cifar.member": "{name} из {path}",
    "cifar.reason.admitted": "ему нужен {wanted}, а допускаются только массивы NumPy",
    # Folders.
    "error.folder.is-file": "{path} — файл, а не папка.",
    "hint.folder.is-file": (
        "Укажите папку, в которой для каждого класса есть папка с изображениями."
    ),
    "error.folder.missing": "Папки {path} нет.",
    "hint.folder.missing": (
        "{meant} Нужна папка, в которой для каждого класса есть папка с изображениями."
    ),
    "error.folder.halves": (
        "В {path} изображения лежат в папках {names:and}: это выборки набора, а не классы."
    ),
    "hint.folder.halves": (
        f"{_CLASS_FOLDERS} Или перечислите изображения и их классы в файле: {{--data:csv:ФАЙЛ}}."
    ),
    "error.folder.no-pictures": "В {path} нет изображений.",
    "hint.folder.no-pictures": f"{_CLASS_FOLDERS} {_SUBFOLDERS}",
    "error.folder.elsewhere": (
        "В {path} нет изображений там, где их ищет poolbench. Файлов в других местах: {count}, "
        "например {example}."
    ),
    "hint.folder.elsewhere": f"{_CLASS_FOLDERS} {_SUBFOLDERS}",
    "error.folder.wrapped": (
        "В {path} нет изображений там, где их ищет poolbench. Файлов в других местах: {count}, "
        "например {example}."
    ),
    "hint.folder.wrapped": (
        f"Возможно, вы имели в виду {{--data:folder:{{inner}}}}. {_CLASS_FOLDERS} {_SUBFOLDERS}"
    ),
    "error.folder.name": "Имя папки {path} — не текст в UTF-8.",
    "hint.folder.name": "Переименуйте её.",
    "error.folder.same-name": (
        "В {path} две папки {name!r}: их имена различаются только формой записи в Юникоде."
    ),
    "hint.folder.same-name": "Сложите изображения в одну папку или переименуйте одну из них.",
    "error.folder.no-groups": (
        "В {path} лежат массивы изображений: у них нет ни имён, ни папок, по которым их можно "
        "сгруппировать."
    ),
    "hint.folder.no-groups": "Уберите {--groups:{groups}}.",
    "error.folder.lists": "В {path} несколько списков изображений: {lists}.",
    "hint.folder.lists": "Укажите один из них, например {--data:csv:{first}}.",
    # Files that are left out.
    "error.unread.most": (
        "{source}: большинство изображений этих классов осталось бы непрочитанным:\n  {lines}\n"
        "{advice}"
    ),
    "unread.class": "{name}: прочитано {read}, не прочитано {missed}: {files}.",
    "unread.files": "{count} {ending} (например, {example})",
    "unread.no-ending": "{count} без расширения (например, {example})",
    "unread.advice.classes": "Или выберите другие классы: {--classes}.",
    "unread.advice.deep": (
        "Добавьте {--groups:subfolder}, чтобы читать изображения во вложенных папках, или "
        "переместите их на уровень выше."
    ),
    "unread.advice.heif": (
        "Установите pillow-heif для чтения HEIC и HEIF (pip install pillow-heif)."
    ),
    "unread.advice.misnamed": ("Дайте именам изображений расширение их формата, например .jpg."),
    "unread.advice.no-reader": "Сохраните изображения других форматов как PNG или JPEG.",
    "unread.advice.special": "Замените каналы и устройства обычными файлами.",
    # Groups.
    "error.groups.none": (
        "{source}: задано {--groups:{groups}}, но ни одно изображение не входит в группу."
    ),
    "hint.groups.none": "Если изображения не связаны между собой, уберите этот параметр.",
    "error.groups.names": (
        "{--groups:name:{pattern}} не находит группу в именах файлов. Таких изображений {count} из "
        "{total}: {names}."
    ),
    "hint.groups.names": (
        "Группа нужна в каждом имени: расширьте регулярное выражение, переименуйте эти файлы или "
        "удалите их."
    ),
    # Lists.
    "error.list.ambiguous": "{where}: {cell!r} подходит к нескольким файлам: {names:or}.",
    "hint.list.ambiguous": (
        "Напишите путь к одному из них, с расширением и относительно папки со списком."
    ),
    "error.list.cells": (
        "{path}, строка {line}: ячеек {cells}, а в первой строке столбцов {columns}."
    ),
    "hint.list.cells": 'Ячейку с разделителем заключите в кавычки: "Pepper, bell".',
    "error.list.columns": (
        "В {path} столбцы {columns}, а ожидаются path и label; кроме них могут быть group и split."
    ),
    "hint.list.columns": (
        "Столбцы называет первая строка. Вместо path подойдут filename, file, image, image_id или "
        "id, вместо label — class."
    ),
    "error.list.column-twice": (
        "В {path} столбец назван дважды, {names!r} (столбцы {numbers}), и неясно, какой из них "
        "нужен."
    ),
    "hint.list.column-twice": "Переименуйте или удалите один из них.",
    "error.list.csv": "Не удалось прочитать {path} как CSV, строка {line} ({detail}).",
    "hint.list.csv": "Не пропущена ли кавычка?",
    "error.list.empty": "В {path} нет строки с названиями столбцов.",
    "hint.list.empty": (
        "Ожидается первая строка с path и label, затем по строке на каждое изображение."
    ),
    "error.list.folder": "{path} — папка, а не список.",
    "hint.list.folder": "Укажите файл CSV в ней или задайте {--data:folder:{path}}.",
    "error.list.group-column": (
        "В {path} нет столбца {column!r}, который задан в {--groups:column:{column}}; есть столбцы "
        "{columns}."
    ),
    "error.list.label-long": (
        "{path}, строка {line}: символов в label {count:,}, а в имени класса их может быть не "
        "больше {most}."
    ),
    "error.list.large": (
        "Размер {path} — {size:,}\xa0байт; список может занимать не больше {most:,}\xa0байт."
    ),
    "error.list.marks": (
        "{path}, строка {line}: единица стоит в столбцах {columns:and}, а должна стоять в одном."
    ),
    "hint.list.marks": _ONE_CLASS,
    "error.list.missing": "Файла {path} нет.",
    "hint.list.missing": "{meant} Ожидается файл CSV со столбцами path и label.",
    "error.list.no-label": (
        "{path}, строка {line}: ячейка label пуста, а класс нужен каждому изображению."
    ),
    "error.list.no-mark": "{path}, строка {line}: единицы нет ни в одном из столбцов {columns:or}.",
    "hint.list.no-mark": _ONE_CLASS,
    "error.list.no-path": (
        "{path}, строка {line}: ячейка path пуста, а путь нужен каждому изображению."
    ),
    "error.list.no-pictures": (
        "В {path} нет ни одного изображения; ожидается по строке на каждое."
    ),
    "error.list.not-utf8": "{path} — не текст в UTF-8.",
    "hint.list.not-utf8": _AS_UTF8,
    "error.list.open-cell": (
        "Не удалось прочитать {path} как CSV, строка {line}: ячейка тянется до конца файла."
    ),
    "hint.list.open-cell": "Не пропущена ли кавычка?",
    "error.list.picture-twice": (
        "{name} дважды встречается в {lists}: одно и то же изображение оказалось бы и среди "
        "обучающих, и среди отложенных."
    ),
    "hint.list.picture-twice": "Удалите одну из строк.",
    "error.list.split": (
        "{path}, строка {line}: в столбце split стоит {split!r}, а ожидается train, val или test."
    ),
    "error.list.unclear": (
        "В {path} столбцы {columns}; классы могут быть в любом из столбцов {unclear:or}."
    ),
    "hint.list.unclear": (
        "Назовите нужный столбец label. Подойдут и столбцы из 0 и 1, по одному на класс."
    ),
    "error.list.zero-bytes": "{path}, строка {line}: в тексте есть нулевые байты.",
    "hint.list.zero-bytes": _AS_UTF8,
    "list.row": "{path}, строка {line}",
    # Kinds of image set.
    "error.image-set.archive": (
        "{name} — файл, но такие файлы poolbench не читает. Нужна папка с изображениями или файл с "
        "одним из расширений: {endings:or}."
    ),
    "hint.image-set.archive": "Архив сначала распакуйте.",
    "error.image-set.broken": "{kind}.read возвращает неверный набор изображений: {faults}.",
    "error.image-set.data-file": (
        "{--data-file} относится к {--data} {owners:or}, а задано {--data} {name}."
    ),
    "hint.image-set.data-file": "Уберите {--data-file}.",
    "error.image-set.failed": "Ошибка в {kind}.read: {error} ({detail}).",
    "error.image-set.groups": (
        "{--groups:{groups}} относится к {--data} {owners:or}, а задано {--data} {name}."
    ),
    "hint.image-set.groups": "Уберите {--groups}.",
    "error.image-set.kind": ("{kind}.read возвращает {found}, а ожидается ImageSet или Listing."),
    "error.image-set.missing": "Ни набора изображений, ни файла, ни папки {name!r} нет.",
    "hint.image-set.missing": ("{meant} Ожидается путь к папке с изображениями или имя набора."),
    "error.image-set.not-loaded": (
        "Не удалось загрузить установленный набор изображений {name!r} ({place}): {error} "
        "({detail})."
    ),
    "hint.image-set.not-loaded": "Исправьте или удалите его пакет.",
    "error.image-set.not-source": (
        "Установленный набор изображений {name!r} ({place}) — это {found}, а ожидается класс, "
        "который расширяет poolbench.data.sources.ImageSetSource."
    ),
    "error.image-set.path": "{name} — путь к файлу или папке, а не имя набора изображений.",
    "hint.image-set.path": "Возможно, вы имели в виду {--data:{meant}}.",
    "error.image-set.published": "{name} — копия набора {set}, а не имя набора изображений.",
    "hint.image-set.published": (
        "Возможно, вы имели в виду {--data:{set}} вместе с {--data-file:{path}}."
    ),
    "image-set.fault.classes": "имена в classes повторяются",
    "image-set.fault.group-count": "{half}.groups и labels разной длины",
    "image-set.fault.images": "{half}.images — {kind} [{shape}], а не uint8 [N, H, W, 3]",
    "image-set.fault.labels": "{half}.labels — {kind} [{shape}], а не int64 [N]",
    "image-set.fault.label-range": "в {half}.labels не все числа от 0 до {last}",
    "image-set.fault.lengths": (
        "в {half} изображений {images}, меток {labels}, имён {names}, а должно быть поровну"
    ),
    "image-set.fault.names": "имена в {half}.names повторяются",
    "image-set.fault.sizes": "размеры изображений в pool и test разные",
    "image-set.fault.test": "в test есть изображения, хотя has_official_test — False",
    # Classes.
    "error.class.empty-pool": "В этих классах нет обучающих изображений: {names}.",
    "hint.class.empty-pool": f"Добавьте их или {_LEAVE_OUT}.",
    "error.class.empty-test": "В этих классах нет тестовых изображений: {names}.",
    "hint.class.empty-test": f"Добавьте их или {_LEAVE_OUT}.",
    "error.class.none": (
        "Нужно не меньше двух классов, а не выбран ни один (всего классов: {count})."
    ),
    "error.class.number": "Класса с номером {number} нет: номера — от 0 до {last}.",
    "error.class.one": (
        "Нужно не меньше двух классов, а выбран только {name!r} (всего классов: {count})."
    ),
    "error.class.twice": (
        "Класс {name!r} (номер {number}) выбран дважды: как {first!r} и как {second!r}."
    ),
    "hint.class.twice": "Укажите каждый класс один раз.",
    # Folds and the test half.
    "error.folds.groups": (
        "Задано {--folds} {folds}, но в каждом классе должно быть не меньше групп, чем блоков: "
        "{short}. {advice}"
    ),
    "error.folds.pictures": (
        "Задано {--folds} {folds}, но в каждом классе должно быть не меньше изображений, чем "
        "блоков: {short}. {advice}"
    ),
    "error.folds.spread": (
        "Не удалось распределить группы ({groups}) по блокам ({folds}) так, чтобы в каждом блоке "
        "были все классы: группы не делятся, а изображения редких классов есть лишь в немногих из "
        "них."
    ),
    "hint.folds.spread": (
        f"Уменьшите {{--folds}}, добавьте изображения из других групп или {_LEAVE_OUT}."
    ),
    "folds.groups": f"Добавьте изображения из других групп или {_LEAVE_OUT}.",
    "folds.pictures": f"Добавьте изображения или {_LEAVE_OUT}.",
    "folds.at-most-groups": (
        f"Укажите не больше {{most}}, добавьте изображения из других групп или {_LEAVE_OUT}."
    ),
    "folds.at-most-pictures": (
        f"Укажите не больше {{most}}, добавьте изображения или {_LEAVE_OUT}."
    ),
    "folds.short": "в классе {name!r} их {count}",
    "error.test-share.groups": (
        "Изображения класса {name!r} есть в слишком немногих группах: {count}. Если у набора нет "
        "тестовой выборки, в каждом классе нужно не меньше 2 групп, лучше 50."
    ),
    "error.test-share.pictures": (
        "В классе {name!r} слишком мало разных изображений: {count}. Если у набора нет тестовой "
        "выборки, в каждом классе нужно не меньше 2, лучше 50."
    ),
    "error.test-share.shared": (
        "Все группы класса {name!r} общие с другими классами, поэтому для обучения не остаётся ни "
        "одного его изображения."
    ),
    "hint.test-share.shared": (
        "Укажите тестовую выборку сами: положите её изображения в папку test или заполните столбец "
        "split."
    ),
    # Duplicates.
    "error.duplicates.nothing-left": (
        "Без дубликатов в этих классах не остаётся обучающих изображений: {names}."
    ),
    "hint.duplicates.nothing-left": (
        "Добавьте другие изображения, исключите класс или оставьте дубликаты: "
        "{--on-duplicates:report}."
    ),
    "error.duplicates.refused": (
        "Найдены пары одинаковых изображений, одно из которых обучающее, а другое отложенное: "
        "{count}; с {--on-duplicates:refuse} их быть не должно. Например: {pairs}."
    ),
    "hint.duplicates.refused": (
        "Удалите по одному изображению из каждой пары или поручите это {--on-duplicates:drop}. "
        "{--on-duplicates:report} оставляет все и перечисляет их в duplicates.csv."
    ),
    "duplicates.exact": "точная",
    "duplicates.labels": "классы {first} и {second}",
    "duplicates.near": "почти точная, {similarity:.4f}",
    "duplicates.pair": "{picture} — копия {copy_of} ({how})",
}
