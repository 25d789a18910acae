"""Russian texts of errors about pictures themselves: in files, in arrays, and in memory."""

_AGAIN = "Скопируйте или скачайте его снова."
_ALL_DARK = (
    "Значения из 8 или 12 бит, записанные в 16, почти чёрные: умножьте их так, чтобы белому "
    "соответствовало 65535 (8-битные — на 257, 12-битные — на 16), или сохраните их в 8 битах."
)

TEXTS = {
    # One picture. What is wrong with it is a part of a sentence.
    "error.picture.file": "Не удалось прочитать файл {path}: {reason}.",
    "error.picture.heic": "Файл {path} — в формате HEIC, для чтения которого нужен pillow-heif.",
    "hint.picture.heic": "Установите его: pip install pillow-heif.",
    "error.picture.unreadable": "Не удалось прочитать изображение: {reason}.",
    "error.picture.bytes": "байт намного больше, чем нужно для его пикселей",
    "error.picture.given-pixels": (
        "{width}\xa0×\xa0{height} пикселей — больше допустимого ({most:,}, по стороне {side:,}); "
        "уменьшите изображение"
    ),
    "error.picture.grey": (
        "оттенки серого — от {low} до {high}, а какое значение считать белым, в этом формате не "
        "определено; сохраните изображение с 8 или 16 битами"
    ),
    "error.picture.inner-pixels": (
        "в нём {width}\xa0×\xa0{height} пикселей — больше, чем указано в заголовке"
    ),
    "error.picture.many-parts": "частей намного больше, чем нужно изображению",
    "error.picture.parts": "частей больше {most:,}",
    "error.picture.pixels": (
        "{width}\xa0×\xa0{height} пикселей — больше допустимого ({most:,}); уменьшите изображение"
    ),
    "error.picture.scans": (
        "{width}\xa0×\xa0{height} пикселей записаны слишком много раз (проходов: {scans})"
    ),
    "picture.reason.format": "такой формат poolbench не читает",
    "picture.reason.pixels": (
        "пикселей больше допустимого ({most:,}); уменьшите изображение ({detail})"
    ),
    # All pictures of a set.
    "error.pictures.unreadable": (
        "Изображений, которые не удалось прочитать: {count} из {total}.\n  {lines}\nИсправьте или "
        "удалите их либо пропустите: {--on-bad:skip}."
    ),
    "error.pictures.one-value": (
        "{source}: все пиксели всех изображений ({count}) равны {value} из 255."
    ),
    "hint.pictures.one-value": "Проверьте файлы: эти изображения неразличимы.",
    "error.pictures.one-deep-value": (
        "{source}: все пиксели всех изображений ({count}) равны {value} из 255."
    ),
    "hint.pictures.one-deep-value": _ALL_DARK,
    "error.memory.pictures": (
        "Для изображений нужно около {needed:.1f}\xa0ГиБ памяти, а свободно {free:.1f}\xa0ГиБ. "
        "{advice}"
    ),
    "memory.smaller": "Уменьшите {--image-size} или выберите меньше классов ({--classes}).",
    "error.resize.fit": "Задано fit {fit!r}, а возможны crop, pad и squash.",
    "error.resize.shape": (
        "Изображения формы [{shape}] нельзя привести к другому размеру; ожидается [B, 3, H, W]."
    ),
    "error.resize.size": (
        "Изображения нельзя привести к размеру [{size}]: высота и ширина должны быть больше 0."
    ),
    # Arrays of pictures.
    "error.arrays.channels-first": (
        "{where}: форма [{shape}], каналы стоят перед высотой и шириной. {expected}"
    ),
    "hint.arrays.channels-first": "Сохраните x.transpose(0, 2, 3, 1).",
    "error.arrays.floats": "{where}: тип {kind}, а ожидается uint8 от 0 до 255.",
    "hint.arrays.floats": (
        "Перед сохранением приведите значения к этому диапазону и типу; если они от 0 до 1 — "
        "(255 * x).round().astype('uint8')."
    ),
    "error.arrays.kind": "{where}: тип {kind}, а ожидается uint8 от 0 до 255.",
    "hint.arrays.kind": "Перед сохранением приведите значения к этому диапазону и типу.",
    "error.arrays.labels-kind": "{where}: тип {kind}, а ожидаются целые числа. {expected}",
    "error.arrays.labels-range": "{where}: числа от {low} до {high}, а ожидаются от 0.",
    "error.arrays.labels-shape": (
        "{where}: форма [{shape}], а ожидается [{count}] — по одной метке на изображение."
    ),
    "error.arrays.one-hot": (
        "{where}: форма [{shape}], но не в каждой строке одна единица среди нулей. Таких строк "
        "{wrong} из {total}, первая — строка {row}."
    ),
    "hint.arrays.one-hot": (
        "Каждому изображению нужен один класс: по одной метке [N] или строки с одной единицей."
    ),
    "error.arrays.shape": "{where}: форма [{shape}]. {expected}",
    "error.arrays.sizes": (
        "{path}: размер изображений {other} — {other_width}\xa0×\xa0{other_height}, а {first} — "
        "{width}\xa0×\xa0{height} пикселей."
    ),
    "hint.arrays.sizes": "Сохраните все выборки в одном размере.",
    "error.arrays.volumes": (
        "{where}: форма [{shape}]. Это объёмные данные, а poolbench сравнивает сети для плоских "
        "изображений. {expected}"
    ),
    "arrays.expected": (
        "Ожидается uint8 [N, H, W, 3], а для оттенков серого — [N, H, W] или [N, H, W, 1]."
    ),
    "arrays.expected-labels": "Ожидается [N] — по одной метке на изображение.",
    "arrays.fewer": "Укажите меньше изображений или уменьшите их.",
    # npz.
    "error.npz.classes-empty": "{path}: в classes есть пустое имя, а имя нужно каждому классу.",
    "error.npz.classes-few": (
        "{path}: есть метка {label}, а в classes имён только {count} (от 0 до {last})."
    ),
    "error.npz.classes-kind": (
        "{path}: в classes тип {kind} и форма [{shape}], а ожидается список имён."
    ),
    "error.npz.classes-twice": "{path}: имена в classes повторяются: {names}.",
    "error.npz.empty": "В {path} нет массивов. {expected}",
    "error.npz.lacks": "В {path} нет {missing:and}, а есть {found:and}. {expected}",
    "error.npz.layouts": (
        "Изображения в {path} записаны в двух видах ({arrays}), и неясно, какой нужен."
    ),
    "hint.npz.layouts": "Оставьте один из них.",
    "error.npz.missing": "Файла {path} нет.",
    "hint.npz.missing": "{meant} Ожидается файл npz.",
    "error.npz.not-arrays": "{path}: {images} и {labels} — не массивы. {expected}",
    "error.npz.several-labels": (
        "{path}: у {labels} форма [{shape}] — несколько меток на изображение, как в ChestMNIST. "
        "poolbench сравнивает сети, которые относят изображение к одному классу."
    ),
    "hint.npz.several-labels": "Укажите набор с метками [N, 1] или [N] или сохраните один столбец.",
    "error.npz.spellings": (
        "В {path} два массива, {first} и {second}, отличаются только регистром букв."
    ),
    "hint.npz.spellings": "Удалите один из них.",
    "error.npz.unreadable": "Не удалось прочитать {path}: {reason}.",
    "hint.npz.unreadable": (
        "Ожидаются числа и текст в том виде, в каком их записывает numpy.savez; массивы объектов "
        "Python не читаются."
    ),
    "npz.expected": (
        "Набор изображений в npz содержит `images` (uint8 [N, H, W, 3] или оттенки серого [N, H, "
        "W]) и `labels` (целые числа [N]); кроме них могут быть `classes` (имена) и тестовая "
        "выборка — `test_images` и `test_labels`. Подойдут и имена Keras (`x_train`, `y_train`, "
        "`x_test`, `y_test`) и MedMNIST (`train_images`, `train_labels` и так далее)."
    ),
    "npz.fewer": "Положите в {path} меньше изображений или уменьшите их.",
    "npz.reason.array": "массив {name!r}: {reason}",
    "npz.reason.bytes": "должно быть {expected:,}\xa0байт, а есть {found:,}",
    "npz.reason.memory": (
        "после распаковки он займёт {unpacked:,}\xa0байт, а свободно {free:,}\xa0байт"
    ),
    "npz.reason.no-archive": "это не архив массивов",
    "npz.reason.objects": "в нём объекты Python",
    "npz.reason.one-array": "в нём один массив, а не архив массивов",
    "npz.reason.system": "сбой при чтении: {error}",
    # IDX, the form of MNIST.
    "error.idx.cut": "{path} обрывается посреди сжатых данных.",
    "hint.idx.cut": _AGAIN,
    "error.idx.damaged": "Не удалось распаковать {path} ({detail}).",
    "hint.idx.damaged": _AGAIN,
    "error.idx.empty": "Файл {path} пуст.",
    "hint.idx.empty": _AGAIN,
    "error.idx.head": "{path} обрывается в заголовке.",
    "hint.idx.head": _AGAIN,
    "error.idx.kind": (
        "{path} — не файл IDX: в начале {begin}, а ожидается 00 00, тип чисел (08 — байты) и число "
        "осей (03 для изображений, 01 для меток)."
    ),
    "error.idx.label": "{path}: есть метка {label}, но в {file} её нет.",
    "error.idx.lacks": "В {path} есть {files:and}, но нет {wanted}.",
    "hint.idx.lacks": "Положите недостающий файл рядом, например под именем {example}.",
    "error.idx.long": (
        "Размер {path} не тот, что указан в заголовке: {shape}, {expected:,}\xa0байт, а данных "
        "больше."
    ),
    "hint.idx.long": _AGAIN,
    "error.idx.mapping": "{path}, строка {line}: {content!r} — не метка с кодами символов.",
    "hint.idx.mapping": "Ожидаются целые числа, например 10 65.",
    "error.idx.mapping-names": "В {path} не у каждой метки есть своё имя.",
    "error.idx.not-ascii": "{path} — не список меток и кодов символов.",
    "error.idx.sets": "В {path} несколько наборов в файлах IDX ({count}): {names}.",
    "hint.idx.sets": "Укажите файл одного из них, например {--data:folder:{file}}.",
    "error.idx.short": (
        "Размер {path} не тот, что указан в заголовке: {shape}, {expected:,}\xa0байт, а данных "
        "{found:,}\xa0байт."
    ),
    "hint.idx.short": _AGAIN,
    "idx.expected": "Ожидаются байты [N, H, W].",
    "idx.head-says": "Столько указано в заголовке {path}; не повреждён ли файл?",
    # STL-10.
    "error.stl.label": (
        "{path}: есть метка {label}, но в {file} классов только {count} (метки от 1 до {count})."
    ),
    "error.stl.missing": (
        "Файла {path} нет: изображения части STL-10 хранятся в {pictures}, а их метки — в {labels}."
    ),
    "error.stl.names-twice": "Имена классов в {path} повторяются: {names}.",
    "error.stl.size": (
        "Размер {path} — {size:,}\xa0байт, а ожидается {expected:,}: изображений столько же, "
        "сколько меток ({count}), каждое занимает 3\xa0×\xa0{side}\xa0×\xa0{side}\xa0байт."
    ),
    "hint.stl.size": "Скопируйте или распакуйте его снова.",
    "error.stl.zero": "В {path} есть метка 0 или нет данных; метки STL-10 — байты от 1.",
}
