"""Русские тексты ошибок обучения, его процессов и кластеров, вердиктов."""

_SAME_COMMAND = "Выполните ту же команду ещё раз: завершённые обучения сохранены."
_VERSION_BACK = "Верните прежнюю версию или проведите исследование заново."
_RESTORE_WEIGHTS = "Верните прежний файл или выполните ту же команду ещё раз с новым."
_CHANGED = (
    "Во время исследования изменились poolbench, библиотека или окружение. Ничего из того, что "
    "вычислил этот процесс, не сохранено."
)
_AGAIN_CHANGED = (
    "Выполните ту же команду ещё раз: завершённые обучения сохранены, а те, на которые повлияло "
    "изменение, пройдут заново."
)
_EDITED = (
    "изменён его файл или файл, который он использует, либо какое-то значение в нём зависит от "
    "процесса. Ничего из вычисленного с ним не сохранено."
)

TEXTS = {
    # Обучение.
    "error.final.diverged": (
        "Итоговое обучение {variant} разошлось на шаге {step}: функция потерь перестала быть "
        "числом."
    ),
    "hint.final.diverged": "Выберите рецепт с меньшей скоростью обучения (poolbench recipes).",
    "error.device.missing": "Устройства {device!r} на этом компьютере нет; доступны: {known}.",
    "error.trial.failed": (
        "Обучение {trial} завершилось с ошибкой: {message} Завершённые обучения сохранены."
    ),
    "hint.trial.failed": "Где она произошла, покажет {--debug}.",
    "error.trial.weights": "Веса обучения {trial} не подходят к его сети ({said}).",
    "hint.trial.weights": "Файлы правили, или они повреждены: проведите исследование заново.",
    "error.trial.no-operator": (
        "В обучении {trial} использован оператор {name!r}, который здесь не зарегистрирован."
    ),
    "hint.trial.no-operator": (
        "Сначала определите и зарегистрируйте его класс (poolbench.register)."
    ),
    "error.trial.no-backbone": (
        "В обучении {trial} использована сеть {name!r}, которая здесь не определена."
    ),
    "hint.trial.no-backbone": (
        "Запустите сравнение из программы на Python, в которой она определена."
    ),
    "error.trial.other-operator": (
        "В обучении {trial} использована другая версия оператора {name!r}, не та, что "
        "зарегистрирована сейчас."
    ),
    "hint.trial.other-operator": _VERSION_BACK,
    "error.trial.other-backbone": (
        "В обучении {trial} использована другая версия сети {name!r}, не та, что определена сейчас."
    ),
    "hint.trial.other-backbone": _VERSION_BACK,
    "error.trial.other-values": (
        "Функция сети {backbone!r} даёт не те значения, что при планировании обучения {trial}: "
        "изменился файл весов, который она загружает."
    ),
    "hint.trial.other-values": _RESTORE_WEIGHTS,
    "error.trial.other-weights": "Файл весов не тот, с которым начато исследование.",
    "hint.trial.other-weights": _RESTORE_WEIGHTS,
    # Процессы, в которых идёт обучение.
    "error.process.other": (
        "Процесс для обучения отличается от того, под который составлен план: {listed}. "
        f"{_CHANGED}"
    ),
    "hint.process.other": _AGAIN_CHANGED,
    "error.process.other-with": (
        "Процесс для обучения отличается от того, под который составлен план: {listed} (при "
        f"{{variables}}). {_CHANGED}"
    ),
    "hint.process.other-with": _AGAIN_CHANGED,
    "identity.part": "{part} {found} вместо {planned}",
    "identity.source": "исходный код poolbench",
    "identity.fingerprint": "отпечаток компьютера",
    "error.process.not-started": (
        "Рабочий процесс завершился, не успев начать. {how} Последнее, что он вывел:\n{last}"
    ),
    "hint.process.not-started": _SAME_COMMAND,
    "error.operator.edited": (
        "Оператор {name!r}, который процесс импортирует из {module}, не тот, под который составлен "
        f"план: {_EDITED}"
    ),
    "hint.operator.edited": (
        "Выполните ту же команду ещё раз (в блокноте — после перезапуска ядра): обучения с "
        "изменённым оператором пройдут заново."
    ),
    "error.backbone.edited": (
        "Код сети {name!r}, который процесс импортирует из {module}, не тот, под который составлен "
        f"план: {_EDITED}"
    ),
    "hint.backbone.edited": (
        "Выполните ту же команду ещё раз (в блокноте — после перезапуска ядра): обучения с "
        "изменённой сетью пройдут заново."
    ),
    "lost.killed": (
        "Процесс остановила система (сигнал 9), вероятно, из-за нехватки памяти: её нужно меньше "
        "при меньшем размере изображений ({--image-size}), меньшем числе процессов ({--workers}) "
        "или рецепте с меньшим batch_size."
    ),
    "lost.ended": "Процесс завершился с кодом {code}.",
    "lost.silent": "Процесс не отвечал {seconds:.0f} с и был остановлен.",
    "lost.node": (
        "Обучение {trial} потеряно вместе со своим процессом или узлом. Сообщение Ray: {said}"
    ),
    # Кластеры Ray.
    "error.ray.missing": "Для {--executor:ray} нужна библиотека Ray ({said}).",
    "hint.ray.missing": "Установите её: {install}",
    "error.ray.none-here": "Задано {--address:auto}, но на этом компьютере кластера Ray нет.",
    "hint.ray.none-here": (
        "Запустите кластер (ray start --head), укажите его адрес или уберите {--address}."
    ),
    "error.ray.bad-address": (
        "Задано {--address} {address!r}, а ожидается auto, ХОСТ:ПОРТ или ray://ХОСТ:ПОРТ."
    ),
    "error.ray.no-answer": "По адресу {address} кластер Ray не отвечает ({reason}).",
    "hint.ray.no-answer": "Проверьте, что он запущен и доступен с этого компьютера.",
    "error.ray.open": (
        "Кластер Ray выполняет код любого, кто может подключиться к {address}: проверка токена "
        "выключена."
    ),
    "hint.ray.open": (
        "Остановите кластер, задайте RAY_AUTH_MODE=token на каждом узле, один раз создайте токен "
        "(`ray get-auth-token --generate`), скопируйте его в ~/.ray/auth_token на остальные узлы и "
        "на этот компьютер и запустите кластер снова."
    ),
    "error.ray.no-device": (
        "Ни на одном узле кластера Ray нет устройства {device!r}; доступны: {known}."
    ),
    "error.ray.versions-differ": (
        "Узлы кластера Ray различаются:\n{listed}\nУстановите на всех одни и те же версии."
    ),
    "error.ray.kinds-differ": (
        "Узлы кластера Ray различаются:\n{listed}\nИспользуйте одинаковые узлы или допустите "
        "расхождение результатов в последних битах: {--allow-mixed:True}."
    ),
    "error.ray.not-started": "Не удалось запустить Ray на этом компьютере ({said}).",
    "error.ray.refused": "Кластер Ray {address} отказывает этому компьютеру в доступе ({said}).",
    "hint.ray.refused": (
        "Если нужен токен, задайте здесь RAY_AUTH_MODE=token и скопируйте ~/.ray/auth_token с "
        "одного из узлов."
    ),
    "error.ray.not-joined": "Не удалось подключиться к кластеру Ray {address} ({said}).",
    "error.ray.node-silent": "Один из узлов кластера Ray не сообщает сведений о себе ({said}).",
    "hint.ray.node-silent": "Проверьте, что poolbench установлен на каждом узле.",
    "error.ray.large-pictures": (
        "Изображения занимают {needed:.1f} ГиБ — это слишком много для хранилища объектов на узле "
        "({most:.1f} ГиБ)."
    ),
    "hint.ray.large-pictures": "Укажите папку, общую для всех узлов: {--storage:ПАПКА}.",
    "error.node.other-code": (
        "На узле {node} не та версия poolbench, под которую составлен план: она изменилась во "
        "время исследования."
    ),
    "hint.node.other-code": _SAME_COMMAND,
    "error.node.other-kind": (
        "Узел {node} другого вида ({kind}), чем те, с которыми начато исследование."
    ),
    "hint.node.other-kind": "Исключите его из кластера.",
    # Вердикты.
    "error.interval.shape": (
        "Для интервала нужны значения и блоки одной формы [повторы, изображения], изображений не "
        "меньше 2; получено {values} и {folds}."
    ),
    "error.interval.not-finite": "Для интервала нужны конечные числа, а среди них есть другие.",
    "error.interval.groups": (
        "Для интервала нужна группа для каждого изображения (их {pictures}), а групп — не меньше "
        "2; получена форма {shape}, групп {count}."
    ),
    "error.interval.labels": (
        "Для интервала точности нужен хотя бы один ответ и метка (и группа) для каждого; получены "
        "формы {shapes}."
    ),
    "error.counts.variants": "Нужны числа не меньше чем для двух вариантов, получено {found}.",
    "error.counts.pictures": "Задано n {n}, а ожидается не меньше 2 тестовых изображений.",
    "error.counts.range": "Числа должны быть от 0 до n, то есть до {n}; получено {wrong}.",
    "error.counts.margin": "Задано margin_points {value}, а ожидается число пунктов больше 0.",
    "error.counts.trial-sd": "Задано trial_sd {value}, а ожидается число пунктов не меньше 0.",
    "error.evidence.shape": (
        "Для вердикта нужны correct формы [варианты, повторы, изображения] и fold формы [повторы, "
        "изображения]; получено {correct} и {folds}."
    ),
    "error.evidence.other-shape": (
        "Форма {name} — {found}, а должна быть как у correct: {expected}."
    ),
    "error.evidence.pictures": (
        "Форма {name} — {found}, а ожидается по одному значению на изображение (их {pictures})."
    ),
    "error.evidence.reached": (
        "В reached для каждого варианта (их {variants}) нужно от 1 до {repeats} повторов, хотя бы "
        "для одного — {repeats}; получено {found}."
    ),
    "error.ratio.shape": ("Для отношения нужны два ряда одной длины; получено {first} и {second}."),
    "error.ratio.not-positive": (
        "Для отношения времён нужны числа больше 0, а среди них есть другие."
    ),
}
