"""Русские тексты ошибок операторов, сетей, замен в сетях и файлов моделей."""

_FROM_POOLBENCH = "Укажите файл, который экспортировал poolbench."
_OTHER_ID = "Выберите другое имя."

TEXTS = {
    # Файлы моделей.
    "error.model.no-file": "{path} — не файл.",
    "hint.model.no-file": "Укажите модель, например best/model.onnx.",
    "error.model.unread": "Не удалось прочитать {path} ({reason}).",
    "error.model.too-large": (
        "Размер {path} — {size:,}\xa0байт, а открываются модели не больше {most:,}\xa0байт."
    ),
    "hint.model.too-large": _FROM_POOLBENCH,
    "error.model.not-onnx": "{path} — не модель ONNX.",
    "hint.model.not-onnx": _FROM_POOLBENCH,
    "error.model.not-opened": "Модель ONNX {path} poolbench открыть не может: {reason}.",
    "hint.model.not-opened": _FROM_POOLBENCH,
    "error.model.not-loaded": "Модель ONNX {path} poolbench открыть не может ({said}).",
    "hint.model.not-loaded": _FROM_POOLBENCH,
    "error.model.memory": "Для {path} нужно больше {size:,}\xa0байт памяти.",
    "hint.model.memory": "Закройте другие программы или выберите файл поменьше.",
    "error.model.long-description": (
        "Описание внутри {path} занимает {size:,} знаков, а читается не больше {most:,}."
    ),
    "hint.model.long-description": _FROM_POOLBENCH,
    "error.model.wrong-interface": (
        "{path} не превращает изображения в логиты: у модели {found}. Ожидался один вход float "
        "[batch, height, width, 3] или [batch, 3, height, width] со стороной не больше {most} "
        "пикс. и выход [batch, classes]."
    ),
    "error.model.no-answer": "Модель {path} не даёт ответа: {reason}.",
    "hint.model.no-answer": _FROM_POOLBENCH,
    "error.model.failed": "Модель {path} не даёт ответа ({said}).",
    "hint.model.failed": _FROM_POOLBENCH,
    "error.model.wrong-answer": (
        "Форма ответа модели {path} — {found}, а ожидается {expected}: по числу на каждое "
        "изображение и класс."
    ),
    "hint.model.wrong-answer": _FROM_POOLBENCH,
    "error.model.changed": "Файл {path} изменился после того, как был открыт.",
    "hint.model.changed": "Загрузите модель заново.",
    "error.model.not-finite": "{path}: в ответах модели есть бесконечные значения или NaN.",
    "hint.model.not-finite": "Выберите другую модель.",
    # Что не так с моделью: часть предложения.
    "fault.late": "на это уходит больше {seconds:.0f} с",
    "fault.ended": "процесс, который с ней работал, завершился с кодом {code}",
    "fault.killed": "процесс, который с ней работал, завершился аварийно ({name})",
    "fault.closed": "вычисления уже прекращены",
    "fault.computes-nothing": "она ничего не вычисляет",
    "fault.own-operators": "в ней определены собственные операторы",
    "fault.training-program": "в ней есть программа обучения",
    "fault.no-opset": "в ней не указан opset, а ожидается от {least} до {most}",
    "fault.opset": "её opset — {found}, а ожидается от {least} до {most}",
    "fault.ir-version": "её версия IR — {found}, а ожидается от {least} до {most}",
    "fault.foreign-operator": "в ней есть оператор {name!r} из домена {domain!r}",
    "fault.no-arithmetic": "в ней есть оператор {name!r}, который выходит за рамки арифметики",
    "fault.sparse-weights": "в ней есть разреженные веса",
    "fault.external-weight": "её веса {name!r} лежат в другом файле (external data)",
    "fault.weight-size": "размер её весов {name!r} не совпадает с указанным",
    # Изображения, которые дают модели.
    "error.pictures.none": "Не передано ни одного изображения.",
    "error.pictures.nested": "Там, где ожидается изображение, передан список внутри списка.",
    "hint.pictures.nested": (
        "Сделайте из чисел массив (numpy.array) или передайте один плоский список изображений."
    ),
    "error.pictures.kind": (
        "{kind} — не изображение; ожидаются путь, изображение Pillow, массив {forms} или список "
        "из них."
    ),
    "error.pictures.no-array": "{kind} не удалось превратить в массив NumPy ({said}).",
    "error.pictures.shape": (
        "Массив формы {shape} распознать нельзя: {reason}. Ожидалась форма {forms}, каналов 1, 3 "
        "или 4."
    ),
    "error.pictures.dtype": (
        "Массив типа {dtype} — не изображение; ожидаются uint8 или другие числа от 0 до 255."
    ),
    "error.pictures.range": (
        "Значения в массиве — от {low:g} до {high:g}, а ожидаются от 0 до 255, uint8 или float."
    ),
    "hint.pictures.range": "Модель нормирует изображения сама: передавайте их как есть.",
    "error.pictures.unit-range": (
        "Значения в массиве — от {low:g} до {high:g}, похоже, в долях единицы, а ожидаются от 0 до "
        "255."
    ),
    "hint.pictures.unit-range": "Умножьте массив на 255.",
    "fault.no-pixels": "в нём нет пикселей",
    "fault.channels-first": (
        "похоже, каналы в нём идут первыми, а в конец их переносит numpy.moveaxis(array, -3, -1)"
    ),
    "fault.channels": (
        "столько каналов ({count}) не бывает; если это серые изображения [batch, height, width], "
        "передайте array[..., None]"
    ),
    "fault.no-picture": "у изображений такой формы не бывает",
    # Экспорт.
    "error.onnx.occupied": "Файл {path} уже есть, и записал его не poolbench.",
    "hint.onnx.occupied": "Выберите другое имя или переместите этот файл.",
    "error.onnx.unwritten": "Не удалось записать {path} ({reason}).",
    "hint.onnx.unwritten": "Укажите другой файл.",
    "error.onnx.layout": "Порядка осей {layout!r} нет; ожидается nhwc или nchw.",
    "error.onnx.layout-size": (
        "Задано {--size} при {--layout:nhwc}, а с ним подходят изображения любого размера."
    ),
    "hint.onnx.layout-size": "Уберите {--size} или укажите {--layout:nchw}.",
    "error.onnx.size": (
        "Размер входа — {height} × {width} пикс., а каждая сторона должна быть от 1 до {most}."
    ),
    "error.onnx.input": (
        "{network} не принимает изображения в виде float [batch, 3, {height}, {width}] ({said})."
    ),
    "error.onnx.output": (
        "{network} даёт для двух изображений {found}, а ожидаются логиты [2, classes]."
    ),
    "fault.tensor": "тензор формы {shape}",
    "error.onnx.classes": "Имён классов {names}, а логитов {logits}.",
    "hint.onnx.classes": "Укажите имя каждого класса ровно один раз.",
    "error.onnx.nothing": "{network} не удалось экспортировать в ONNX.",
    "error.onnx.failed": "{network} не удалось экспортировать в ONNX ({said}).",
    "hint.onnx.failed": (
        "Используйте слои, которые есть в ONNX, и уберите ветвления на Python, зависящие от "
        "изображений."
    ),
    "error.onnx.fault": (
        "{network} не удалось экспортировать в файл, который poolbench сможет открыть: {reason}."
    ),
    # Операторы.
    "error.operator.build": (
        "Оператор {name!r} не удалось создать как {kind}(channels, stride=…) ({said})."
    ),
    "error.operator.no-card": "У оператора {name!r} нет карточки.",
    "hint.operator.no-card": "Добавьте его классу строку документации.",
    "error.operator.card-missing": "В этой установке нет карточки оператора {name!r}.",
    "hint.operator.card-missing": "Переустановите poolbench.",
    "error.operator.arguments": (
        "Для оператора заданы channels {channels} и stride {stride}, а ожидаются числа не меньше 1."
    ),
    "error.operator.stride": (
        "{name} не определён для шага {stride}; допустимые значения: {known:or}."
    ),
    "error.operator.built": "Оператор задаётся классом, а передан экземпляр {kind}.",
    "hint.operator.built": (
        "Передайте сам класс {kind}: в каждом месте сети создаётся свой {kind}(channels, stride=…)."
    ),
    "error.operator.no-class": (
        "{name} имеет тип {kind}, а ожидается класс torch.nn.Module, который создаётся как "
        "(channels, stride=…)."
    ),
    "error.operator.constructor": (
        "{name} создаётся как {name}{taken}, а ожидается класс, который создаётся как (channels, "
        "stride=…), по разу на каждое место в сети."
    ),
    "hint.operator.constructor": (
        "Напишите класс, который строит его в конструкторе __init__(self, channels, *, stride)."
    ),
    "error.operator.foreign": (
        "{name} создаётся как {name}{taken}, а ожидается класс, который создаётся как (channels, "
        "stride=…), по разу на каждое место в сети."
    ),
    "hint.operator.foreign": "Такой оператор уже есть в каталоге: {operator!r}.",
    "error.operator.id-owned": "Имя оператора {name!r} занято: это {owner} из {module}.",
    "hint.operator.id-owned": _OTHER_ID,
    "error.operator.id-taken": "Имя оператора {name!r} занято.",
    "hint.operator.id-taken": _OTHER_ID,
    "error.operator.bad-id": (
        "{name!r} не может быть именем оператора: ожидаются латинские буквы, цифры, «-», «+» и «_»."
    ),
    "hint.operator.bad-id": _OTHER_ID,
    "error.operator.kernel-size": (
        "Задано kernel_size {value}, а оно не может быть меньше шага ({stride})."
    ),
    "hint.operator.kernel-size": "Окно меньше шага пропускало бы часть карты признаков.",
    "error.operator.blur-size": (
        "Задано kernel_size {value}, а у сглаживания оно нечётное и не меньше 3."
    ),
    "hint.operator.blur-size": "Чётное ядро сдвигало бы изображение на полпикселя.",
    "error.operator.blur-map": (
        "Карта признаков — {height} × {width}, а для сглаживания шириной {side} обе её стороны "
        "должны быть больше {least} пикс."
    ),
    "hint.operator.blur-map": (
        "Увеличьте размер изображений ({--image-size}) или выберите другой оператор."
    ),
    "error.operator.groups": "Задано groups {value}, но каналов {channels}: ожидается их делитель.",
    "error.operator.positive": "Задано {name} {value}, а ожидается число больше 0.",
    "error.operator.power": "Задано p {value}, а ожидается число не меньше 1.",
    "error.operator.decay": "Задано decay {value}, а ожидается число больше 0 и не больше 1.",
    "error.operator.k": (
        "Задано k {value}, а ожидается число от 1 до {most} (числа значений в окне)."
    ),
    "error.operator.grid": "Задано grid {value}, а ожидается кратное шагу ({stride}).",
    # То, что загружается по имени.
    "kind.operator": "Оператор",
    "kind.backbone": "Сеть",
    "error.plugin.no-module": (
        "{kind} {name!r}: не удалось импортировать модуль {module!r} ({said})."
    ),
    "hint.plugin.no-module": (
        "Укажите имя в виде package.module:name; если модуль ваш, исправьте его."
    ),
    "error.plugin.no-name": "{kind} {name!r}: в {module} такого имени нет.",
    "error.plugin.near-name": "{kind} {name!r}: в {module} такого имени нет.",
    "hint.plugin.near-name": "Возможно, вы имели в виду {near!r:or}.",
    "error.plugin.no-operator": "Оператор {name!r}: {reason}",
    "error.plugin.broken": (
        "Не удалось загрузить установленный оператор {name!r} ({place}): {said}."
    ),
    "hint.plugin.broken": "Исправьте или удалите его пакет.",
    "error.source.too-deep": (
        "Значения, которые использует {name}, вложены так глубоко, что вычислить их хеш нельзя."
    ),
    "hint.source.too-deep": "Создавайте их внутри класса.",
    "error.source.no-value": (
        "{path} — это {kind}, хеш его значения вычислить нельзя ({reason}), и его изменение "
        "осталось бы незамеченным."
    ),
    "hint.source.no-value": (
        "Создавайте его внутри класса или функции, где оно нужно, или запишите значение числами, "
        "текстом, массивами или тензорами."
    ),
    "fault.hidden-function": "его функцию прочитать нельзя",
    # Сети.
    "error.backbone.shape": (
        "У сети {backbone!r} нельзя выбрать {wanted}; выбрать можно: {known}."
    ),
    "error.backbone.fixed-shape": (
        "У сети {backbone!r} нельзя выбрать {wanted}: её устройство неизменно."
    ),
    "error.backbone.even-kernel": "Сторона ядра свёртки — {side}, а ожидается нечётная.",
    "error.backbone.times": "Сети {name!r} нет.",
    "hint.backbone.times": (
        "Сеть, в которой каналов больше в {times} раз, называется {base}-x{times}."
    ),
    "error.backbone.no-function": "Сеть {name!r} имеет тип {kind}, а ожидается функция.",
    "error.backbone.taken": "Имя {name!r} уже занято другой сетью.",
    "hint.backbone.taken": "Переименуйте свою функцию.",
    "error.backbone.built": (
        "Сеть задаётся функцией от числа классов, а передан экземпляр {kind}."
    ),
    "hint.backbone.built": (
        "Передайте сам класс {kind}, если для создания нужно только число классов, или функцию, "
        "которая строит сеть: каждое обучение начинается с новой."
    ),
    "error.backbone.failed": "Сеть {name!r} не удалось построить (классов: {classes}; {said}).",
    "error.backbone.no-module": "Функция {name!r} даёт {kind}, а ожидается torch.nn.Module.",
    "backbone.named": "Сеть {name!r}",
    "backbone.named-with": "Сеть {name!r} с оператором {operator!r}",
    "backbone.named-with-own": "Сеть {name!r} с вашим оператором",
    "error.backbone.input": (
        "{network} не принимает изображение {height} × {width} пикс. ({said})."
    ),
    "hint.backbone.input": "Задайте другой размер изображений ({--image-size}) или исправьте сеть.",
    "error.backbone.output": (
        "{network} даёт для одного изображения {found}, а ожидаются логиты [1, {classes}]."
    ),
    "error.network.input": "Сеть не принимает изображения {height} × {width} пикс. ({said}).",
    "hint.network.input": (
        "Увеличьте размер изображений ({--image-size}); если оператор ваш, исправьте его."
    ),
    # Замена операторов в сети.
    "error.swap.no-network": (
        "{name} имеет тип {kind}, а swap принимает готовую сеть, torch.nn.Module."
    ),
    "error.swap.again": ("В {network} операторы уже заменены, и больше заменить нечего."),
    "hint.swap.again": "Передайте исходную сеть: она не изменилась.",
    "error.swap.nothing": (
        "В {network} нет ни максимального, ни усредняющего пулинга, ни свёртки с шагом."
    ),
    "hint.swap.nothing": "Если пулинг вызывается функцией внутри forward, сделайте его слоем.",
    "error.swap.nothing-left": (
        "В {network} нет максимального или усредняющего пулинга либо свёртки с шагом, которые "
        "можно заменить ({left})."
    ),
    "hint.swap.nothing-left": "Если пулинг вызывается функцией внутри forward, сделайте его слоем.",
    "error.swap.example": "{network} не принимает пример формы {shape} ({said}).",
    "hint.swap.example": "Передайте подходящий пример: swap(…, example=…).",
    "error.swap.operator": "{name} не удалось создать как {name}(channels, stride=…) ({said}).",
    "swap.replaced": "заменён {name}: {before}",
    "swap.left": "оставлен {name}: {reason}",
    "swap.already": "уже заменён",
    "swap.unreached": "пример до него не доходит",
    "swap.stride-differs": "шаг по вертикали и горизонтали разный, {down} и {across}",
    "swap.stride-1": "шаг равен 1",
    "swap.indices": "от него нужны индексы",
    "swap.divisor": "делит не на число значений",
    "swap.lazy": "размер неизвестен, пока сеть не запущена хотя бы раз",
    "swap.computed-weight": "вес вычисляется из других",
    "swap.own-forward": "у {kind} собственный forward",
    # Веса и начальное состояние сети.
    "error.weights.unread": "Не удалось прочитать {path} ({reason}).",
    "error.weights.format": "{path} — не файл safetensors ({said}).",
    "hint.weights.format": (
        "Файлы других видов не читаются: их распаковка может запустить любую программу. Сохраните "
        "веса в safetensors."
    ),
    "error.recipe.dropout": (
        "dropout ставится перед последним линейным слоем, а последний слой этой сети — {kind}."
    ),
    "hint.recipe.dropout": "Выберите рецепт без dropout или добавьте dropout в саму сеть.",
    "error.start.no-convolution": (
        "Для whitened = true нужна первая свёртка с тремя входными каналами, а в этой сети её нет."
    ),
    "error.start.nothing-kept": (
        'При trained_part = "{part}" в этой сети без изменений не остаётся ничего: слоёв с '
        "параметрами, идущих подряд, в ней {layers}."
    ),
}
