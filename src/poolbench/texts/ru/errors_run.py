"""Русские тексты ошибок запуска: его файлы, отчёт, страница, предсказания, хаб."""

_AGAIN = "Выполните ту же команду ещё раз: файл будет записан заново."
_AGAIN_BOTH = "Выполните ту же команду ещё раз: оба файла будут записаны заново."
_RESTORE = "Файл правили, или он повреждён: восстановите его или проведите исследование заново."
_MAKE_ROOM = "Освободите место и выполните ту же команду ещё раз: всё завершённое сохранено."
_OTHER_OUT = "Укажите другую папку: {--out}."
_EMPTY_OUT = "Укажите новую или пустую папку: {--out}."
_WAIT = "Дождитесь его завершения, остановите его или укажите другую папку: {--out}."
_BY_HAND = (
    "Или выполните npm pack {package} на другом компьютере, распакуйте пакет и укажите его папку: "
    "{--bundle}."
)
_HOW = (
    "Добавьте {--download:True}, и npm скачает нужный пакет. Или получите его сами: npm pack "
    "{package}@{version} && tar xzf {package}-{version}.tgz, затем добавьте {--bundle:package}."
)

TEXTS = {
    # Файлы запуска.
    "error.run.unread": "Не удалось прочитать {path} ({reason}).",
    "error.run.outside": (
        "{path} не прочитан: {reason}, а читаются только файлы внутри папки запуска."
    ),
    "hint.run.outside": (
        "Положите на его место сам файл или проведите исследование заново в новой папке ({--out})."
    ),
    "error.run.changed": (
        "Файл {path} изменён после записи: его SHA-256 не совпадает с указанным рядом, в {sums}."
    ),
    "hint.run.changed": (
        "Файл правили, или он повреждён: удалите папку {folder} и выполните ту же команду ещё раз; "
        "заново выполнится только это обучение."
    ),
    "error.run.of-lab": "В {path} лежат запуски всей лабораторной работы (poolbench lab).",
    "hint.run.of-lab": "Укажите один из них, например {example}.",
    "error.run.unfinished": (
        "Не удалось прочитать {path} ({reason}): это не запуск poolbench, или исследование не "
        "закончено."
    ),
    "hint.run.unfinished": (
        "Чтобы закончить исследование, повторите команду, которой вы его начали."
    ),
    "error.run.none": "Запуска {path} нет.",
    "hint.run.none": "Список запусков: poolbench runs.",
    "error.run.not-json": "{path} — не JSON ({reason}).",
    "hint.run.not-json": _RESTORE,
    "error.run.unknown-field": "{path}: эта версия poolbench не знает поля {field}.",
    "hint.run.unknown-field": (
        "Файл записан более новой версией, или его правили: обновите poolbench."
    ),
    "error.run.bad-field": "{path}: такого значения {field} poolbench не записывает ({said}).",
    "hint.run.bad-field": _RESTORE,
    "error.run.bad-schema": (
        "{path}: в schema_version указано {found}, а ожидается целое число не меньше 1."
    ),
    "hint.run.bad-schema": _RESTORE,
    "error.run.newer": (
        "{path}: schema_version равна {found}, а эта версия poolbench читает файлы не новее {most}."
    ),
    "hint.run.newer": "Обновите poolbench.",
    "error.run.no-model": "В {path} сети ничему не научились, поэтому модели нет.",
    "hint.run.no-model": (
        "Чтобы всё-таки экспортировать сеть, укажите обучение, например {trial}: {--trial}."
    ),
    "error.run.gone": "Папки {path} больше нет: её переместили или удалили во время работы.",
    "hint.run.gone": (
        "Новая папка на её месте не создана, всё завершённое переместилось вместе с прежней. "
        "Выполните ту же команду, указав её новое место: {--out}."
    ),
    "error.run.held": "С папкой {path} работает другой процесс.",
    "hint.run.held": _WAIT,
    "error.run.held-by": (
        "С папкой {path} работает другой процесс: PID {process} на {machine!r}, с {since}."
    ),
    "hint.run.held-by": _WAIT,
    "error.run.in-the-way": (
        "{path} занимает место обучения, хотя обучением не является, и в ней есть файлы, которых "
        "poolbench не записывал."
    ),
    "hint.run.in-the-way": "Переместите эту папку и выполните ту же команду ещё раз.",
    "error.run.bad-trial-id": "{path}: {trial!r} не может быть именем обучения.",
    "error.run.other-trial": (
        "{path} — запись не этого обучения: судя по содержимому, его имя {found}."
    ),
    "hint.run.other-trial": (
        "Файл правили или скопировали из другого обучения: удалите папку и выполните ту же команду "
        "ещё раз."
    ),
    "error.run.too-large": (
        "Размер {path} — {size:,}\xa0байт, а прочитать обратно можно не больше {most:,}\xa0байт."
    ),
    "hint.run.too-large": "Укажите меньше классов, операторов, блоков или повторов.",
    "error.run.link-out": "{path} — ссылка за пределы запуска; туда ничего не записано.",
    "hint.run.link-out": "Создайте на её месте папку.",
    "error.write.refused": "Не удалось записать {path} ({reason}).",
    "hint.write.refused": (
        "Укажите другую папку ({--out}) или скопируйте запуск туда, где разрешена запись."
    ),
    "error.write.full": "Нет места для {path}: заполнен диск или исчерпана квота.",
    "hint.write.full": _MAKE_ROOM,
    "error.write.full-needed": (
        "Нет места для {path} (нужно {needed:.1f} МиБ): заполнен диск или исчерпана квота."
    ),
    "hint.write.full-needed": _MAKE_ROOM,
    "error.write.full-measured": (
        "Нет места для {path} (нужно {needed:.1f} МиБ, свободно {free:.1f} МиБ): заполнен диск или "
        "исчерпана квота."
    ),
    "hint.write.full-measured": _MAKE_ROOM,
    "error.out.among-pictures": (
        "{path} лежит в папке с изображениями {root}, где запуск был бы принят за класс."
    ),
    "hint.out.among-pictures": _OTHER_OUT,
    "error.out.occupied": (
        "Папка {path} не пуста, и запуска poolbench в ней нет ({names}). В ней ничего не изменено."
    ),
    "hint.out.occupied": _EMPTY_OUT,
    "os.ENOLCK": "файловая система не поддерживает блокировку",
    # Что не так с файлом: часть предложения.
    "fault.lacks": "не хватает {name!r}",
    "fault.predictions": (
        "ожидаются index и labels из целых чисел [n] и logits из чисел [n, classes]"
    ),
    "fault.prediction-counts": "ожидается поровну index, labels и logits, хотя бы по одному",
    "fault.prediction-range": "метка или номер изображения вне допустимых пределов",
    "fault.foreign-numbers": "в нём числа такого вида, которого нет в NumPy: {kinds}",
    "fault.picture-size": "его размер {height} × {width} пикс.",
    "fault.other-arrays": "массивы в нём не те, что ожидались: {names}",
    "fault.other-counts": "ожидается поровну изображений, меток и логитов, хотя бы по одному",
    "fault.no-hashes": "в нём не указаны контрольные суммы",
    "fault.no-classes": "в нём не указаны классы",
    "fault.silent": "причина не названа",
    "fault.exit-code": "код завершения {code}",
    # Отчёт.
    "error.report.no-leading": (
        "{path}: в вердикте назван вариант {variant}, которого нет в таблице результатов."
    ),
    "hint.report.no-leading": _AGAIN_BOTH,
    "error.report.suspects": (
        "{path}: не удалось прочитать suspects.csv или suspects.npz ({reason})."
    ),
    "hint.report.suspects": _AGAIN_BOTH,
    "error.report.empty": "Файл {path} пуст.",
    "hint.report.empty": _AGAIN,
    "error.report.other-classes": (
        "{path}: в data.json классов {classes}, а в обучениях другое число классов."
    ),
    "hint.report.other-classes": (
        "data.json правили: выполните ту же команду ещё раз, и файл будет записан заново."
    ),
    "error.report.no-trial": (
        "{path}: в study.json нет ни одного обучения варианта {variant}, который есть в таблице "
        "результатов."
    ),
    "hint.report.no-trial": _AGAIN_BOTH,
    "error.tried.other-classes": (
        "В {path} сохранены изображения, проверенные с другими классами ({classes})."
    ),
    "hint.tried.other-classes": (
        "Файл относится к другому запуску, или его правили: уберите его из папки."
    ),
    "error.tried.broken": "{path}: не удалось прочитать изображение ({reason}).",
    "hint.tried.broken": "Файл правили: уберите его из папки.",
    "error.figure.many-panels": (
        "На рисунке {name!r} у каждого варианта своя панель: на одних осях они не поместятся."
    ),
    "hint.figure.many-panels": (
        "Вместо ax укажите figure: study.plot('{name}', "
        "figure=matplotlib.pyplot.figure(figsize=({width:.0f}, {height:.0f}), "
        "layout='constrained'))."
    ),
    "error.figure.two-places": "Указаны сразу и ax, и figure.",
    "hint.figure.two-places": "Укажите что-нибудь одно.",
    "error.figure.no-place": (
        "{name} имеет тип {kind}, а ожидаются оси matplotlib (ax) либо рисунок matplotlib или его "
        "часть (figure)."
    ),
    "error.figure.nothing": "В этом исследовании для рисунка {name!r} нет данных.",
    "hint.figure.nothing": "Доступны рисунки: {known}.",
    # Предсказания.
    "error.predict.no-match": "Под шаблон {pattern} не подходит ни один файл.",
    "hint.predict.no-match": "Проверьте шаблон или укажите папку.",
    "error.predict.unread": "Не удалось прочитать {path} ({reason}).",
    "error.predict.no-pictures": "Ни в {folder}, ни в её вложенных папках нет изображений.",
    "hint.predict.no-pictures": (
        "Изображения распознаются по расширению файла, например .jpg или .png."
    ),
    "error.predict.out-is-folder": "{path} — папка.",
    "hint.predict.out-is-folder": "Укажите имя файла, например answers.csv: {--out}.",
    "error.predict.out-no-folder": "Не удалось записать {path}: нет папки {folder}.",
    "hint.predict.out-no-folder": "Создайте папку или укажите другое место: {--out}.",
    "error.predict.out-occupied": (
        "Файл {path} уже есть, и это не таблица предсказаний, поэтому он оставлен как есть."
    ),
    "hint.predict.out-occupied": "Укажите другой файл ({--out}) или переместите этот.",
    # Проверка сохранённой модели.
    "error.verify.broke-off": "Проверка {run} прервалась, код завершения {code} ({last}).",
    "error.verify.failed": (
        "Модель из {folder} не воспроизводит записанные предсказания. Не пройдены проверки: "
        "{failed}."
    ),
    "hint.verify.failed": (
        "Файлы изменены или повреждены: скопируйте их ещё раз или проведите исследование заново."
    ),
    "error.verify.no-bundle": "В {run} нет файлов {names:and}: модель ещё не сохранена.",
    "hint.verify.no-bundle": "Сначала доведите исследование до конца.",
    "error.verify.reference": (
        "Не удалось прочитать {path} ({reason}): сохранённая модель неполна."
    ),
    "hint.verify.reference": (
        "Проведите исследование ещё раз с той же папкой ({--out}): модель будет записана заново."
    ),
    "check.hash": "SHA-256 файла {name}",
    "check.hash-images": "SHA-256 контрольных изображений",
    "check.hash-images-other": "SHA-256 контрольных изображений другого размера",
    "detail.classes": "классы в модели: {names}",
    "detail.shape": "форма {found}, ожидается {expected}",
    "detail.hash": "{found}…, записано {expected}…",
    "detail.no-hash": "{found}…, а записи о нём нет",
    "detail.at-most": "{value:.3g}, допустимо не больше {most:g}",
    "detail.too-large": "размер {size:,}\xa0байт, а читается не больше {most:,}\xa0байт",
    "detail.large-weights": "веса больше {most:,}\xa0байт не читаются",
    "detail.other-digest": "указанная в модели контрольная сумма весов",
    "detail.no-shared-name": "нет ни одного общего имени",
    # Хаб.
    "error.hub.no-library": "Для {--upload} нужна библиотека huggingface_hub ({said}).",
    "hint.hub.no-library": "Установите её: {install}",
    "error.hub.not-uploaded": (
        "Не удалось отправить {repo} ({said}). Папка {folder} записана полностью."
    ),
    "hint.hub.not-uploaded": (
        "Войдите на Hugging Face Hub (hf auth login или токен с правом записи в HF_TOKEN) и "
        "выполните ту же команду ещё раз."
    ),
    "error.hub.bad-name": (
        "{repo!r} не может быть именем репозитория на Hugging Face Hub: ожидается ВЛАДЕЛЕЦ/ИМЯ из "
        "латинских букв, цифр, «-», «_» и «.», не длиннее {most} знаков, например anna/fruit."
    ),
    "error.hub.folder": "Папку {folder} использовать нельзя ({reason}).",
    "hint.hub.folder": _EMPTY_OUT,
    "error.hub.occupied": (
        "Папка {folder} не пуста, и репозитория, который записал poolbench, в ней нет. В ней "
        "ничего не изменено."
    ),
    "hint.hub.occupied": _EMPTY_OUT,
    "error.hub.changed": (
        "Папка {folder} оставлена как есть: после записи в ней изменились файлы {names}."
    ),
    "hint.hub.changed": (
        "Отправьте её командой hf upload, переместите или укажите другую папку: {--out}."
    ),
    # Страница и её сервер.
    "error.serve.no-run": "В {path} нет запуска poolbench.",
    "hint.serve.no-run": "Укажите папку, созданную командой poolbench run, например runs/ИМЯ.",
    "error.serve.no-runs": "Папки {folder} нет, поэтому показывать нечего.",
    "hint.serve.no-runs": (
        "Сделайте первый запуск командой poolbench run либо укажите запуск или папку с запусками."
    ),
    "error.serve.no-model": "Нет файла {path}.",
    "hint.serve.no-model": _AGAIN,
    "error.serve.not-finite": (
        "В ответах одной из моделей этого запуска есть бесконечные значения или NaN."
    ),
    "error.serve.bad-name": (
        "Задано {--allow-host} {name!r}, а ожидается имя узла — то, что стоит в адресе до первой "
        "косой черты, например hub.example.org."
    ),
    "error.serve.bad-name-near": (
        "Задано {--allow-host} {name!r}, а ожидается имя узла без https:// и без пути."
    ),
    "hint.serve.bad-name-near": "Возможно, вы имели в виду {near!r}.",
    "error.serve.unknown-host": "Задано {--host} {host}, но такого имени у компьютера нет.",
    "hint.serve.unknown-host": "Укажите имя или адрес этого компьютера, например 127.0.0.1.",
    "error.serve.bad-host": "Адрес {host} из {--host} использовать нельзя ({reason}).",
    "error.serve.no-port": (
        "На {host} нет ни одного подходящего порта от {first} до {last} ({reason})."
    ),
    "hint.serve.no-port": (
        "Укажите другой порт ({--port}) или адрес ({--host}); {--port:0} займёт любой свободный."
    ),
    "error.page.inside-run": "{out} лежит внутри запуска, из которого строится страница.",
    "hint.page.inside-run": _OTHER_OUT,
    "error.page.unwritten": "Не удалось записать {out} ({reason}).",
    "hint.page.unwritten": _OTHER_OUT,
    "error.page.occupied": (
        "В {out} лежат файлы, которые не относятся к странице poolbench: {names}."
    ),
    "hint.page.occupied": "Укажите другую папку ({--out}) или переместите эти файлы.",
    "error.bundle.missing": (
        "Вычисления на странице выполняет {package}, а он не входит в состав poolbench."
    ),
    "hint.bundle.missing": _HOW,
    "error.bundle.no-package": "В {folder} нет распакованного пакета npm.",
    "hint.bundle.no-package": _HOW,
    "error.bundle.untested": (
        "В {folder} лежит {name} {found}, а работа проверена с {package} {tested}."
    ),
    "hint.bundle.untested": _HOW,
    "error.bundle.unread": "Не удалось прочитать {path} ({reason}).",
    "hint.bundle.unread": _HOW,
    "error.bundle.other-file": (
        "{path} отличается от опубликованного файла: не совпадает SHA-256."
    ),
    "hint.bundle.other-file": _HOW,
    "error.bundle.no-npm": (
        "При {--download:True} пакет {package} скачивает npm, а на этом компьютере его нет."
    ),
    "hint.bundle.no-npm": f"Установите Node.js: npm входит в его состав. {_BY_HAND}",
    "error.bundle.other-package": (
        "Пакет, который скачал npm, отличается от опубликованного {package}: не совпадает SHA-512. "
        "Пакет не открывался."
    ),
    "hint.bundle.other-package": f"Проверьте настройки npm (npm config list). {_BY_HAND}",
    "error.bundle.npm-late": "npm не скачал {package} за {seconds} с.",
    "hint.bundle.npm-late": f"Попробуйте позже. {_BY_HAND}",
    "error.bundle.npm-refused": (
        "Не удалось запустить npm, который скачивает {package} ({reason})."
    ),
    "hint.bundle.npm-refused": f"Переустановите Node.js. {_BY_HAND}",
    "error.bundle.npm-failed": "Не удалось скачать {package} через npm ({reason}).",
    "hint.bundle.npm-failed": f"Проверьте подключение к интернету. {_BY_HAND}",
}
