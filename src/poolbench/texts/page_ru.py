"""The Russian texts of the page and its server; the keys are those of ``page_en.py``."""

PAGE_RU = {
    # What the program says while it serves, or after it wrote the page.
    "serve.place": "{path} открыт по адресу {url}  (остановить: Ctrl-C)",
    "serve.token": (
        "Страница доступна и с других машин. Ей может пользоваться тот, у кого есть адрес вместе "
        "с ключом; остальные — нет."
    ),
    "serve.port-taken": "Порт {port} занят; взят {found}.",
    "serve.unfinished": (
        "Исследование в {path} ещё не закончено: страница показывает, сколько сделано."
    ),
    "serve.stopped": "Остановлено.",
    "serve.page": "Страница: {path}",
    # What the server answers when it refuses.
    "serve.refused-host": (
        "У этого сервера другое имя: откройте адрес, который он напечатал при запуске."
    ),
    "serve.refused-origin": "Запрос пришёл со страницы другого сайта и отклонён.",
    "serve.refused-token": (
        "Ключа нет, или он неверен: откройте адрес целиком, как он был напечатан."
    ),
    "serve.refused-path": "По этому адресу ничего нет.",
    "serve.refused-method": "К этому адресу обращаются иначе.",
    "serve.refused-other": "На этот запрос нельзя ответить.",
    "serve.refused-unfinished": "Исследование ещё не закончено, показывать пока нечего.",
    "serve.refused-empty": "Ничего не пришло: выберите файл с изображением.",
    "serve.refused-size": "Это слишком много: принимается не больше {most} МБ.",
    "serve.refused-slow": "Изображение передавалось слишком медленно. Попробуйте ещё раз.",
    "serve.refused-format": (
        "Это не изображение в известном формате. Выберите, например, PNG, JPEG или WebP."
    ),
    "serve.refused-pixels": (
        "В изображении слишком много пикселей: принимается не больше {most} миллионов и не больше "
        "20 000 по стороне. Уменьшите его."
    ),
    "serve.refused-broken": (
        "Изображение не читается: файл повреждён, обрезан или необычного вида. Сохраните его "
        "заново и выберите новый файл."
    ),
    "serve.refused-pixels-shape": (
        "Ожидались целые изображения {height} × {width} пикселей, по три байта на пиксель."
    ),
    "serve.refused-model": "Такой модели нет.",
    # The page.
    "page.title": "poolbench: проверьте модели",
    "page.skip": "Перейти к содержанию",
    "page.navigation": "Отчёт и язык",
    "page.report": "Отчёт",
    "page.language": "Язык",
    "page.no-script": "Странице нужен JavaScript. Всё, что она выполняет, пришло вместе с ней.",
    "page.loading": "Загружаются модели …",
    "page.source": "{source} · моделей: {models} · {height} × {width} пикс.",
    "page.sources-title": "Выберите изображение",
    "page.drop": "Перетащите изображение сюда или вставьте его (Ctrl+V).",
    "page.choose-file": "Выбрать файл",
    "page.draw": "Нарисовать",
    "page.draw-label": "Лист для рисования",
    "page.draw-hint": (
        "Рисуйте мышью или пальцем. С клавиатуры: стрелки двигают перо, пробел опускает и "
        "поднимает его."
    ),
    "page.draw-color": "Перо",
    "page.draw-width": "Толщина",
    "page.draw-background": "Бумага",
    "page.draw-wipe": "Чистый лист",
    "page.gallery": "Отложенные изображения",
    "page.gallery-picture": "Изображение {number}: {name}",
    "page.private-server": "Изображения попадают только в память этого сервера и не сохраняются.",
    "page.private-wasm": "Изображения остаются в браузере: ничего никуда не отправляется.",
    "page.stage-title": "Сдвиньте его",
    "page.stage-label": "Изображение, каким его видит сеть. Двигайте его стрелками.",
    "page.stage-hint": (
        "Стрелки и мышь сдвигают на один пиксель, стрелки с Shift — на четыре; Home возвращает "
        "на место."
    ),
    "page.truth": "Истинный класс: {name}",
    "page.own-picture": "Ваше изображение, каким его видит сеть",
    "page.spoken": "{name}: {share} · вниз {down}, вправо {right}",
    "page.pad": "Сдвинуть изображение",
    "page.move-up": "Вверх на пиксель",
    "page.move-down": "Вниз на пиксель",
    "page.move-left": "Влево на пиксель",
    "page.move-right": "Вправо на пиксель",
    "page.move-back": "Вернуть на место",
    "page.mode": "Что вышло за край,",
    "page.mode-circular": "появляется с другой стороны",
    "page.mode-border": "пропадает; входит чёрное",
    "page.results-title": "Что говорят модели",
    "page.results-hint": "Тонкая черта — ответ модели до сдвига.",
    "page.model-final": "Сохранённая модель ({variant})",
    "page.recommended": "рекомендован",
    "page.label-changed": "другой класс",
    "page.other-classes": "все остальные",
    "page.map-title": "Все сдвиги сразу",
    "page.map-model": "Модель",
    "page.map-label": "Вероятность сначала предсказанного класса при всех сдвигах",
    "page.map-right": "пикселей вправо",
    "page.map-down": "пикселей вниз",
    "page.map-busy": "Вычисляется: {share}",
    "page.map-text": (
        "Класс «{name}» остаётся самым вероятным при {kept} сдвигах из {total}. Его наименьшая "
        "вероятность {least}: вниз {down}, вправо {right}."
    ),
    "page.map-hint": (
        "Цвет — вероятность класса, предсказанного до сдвига; точка — там побеждает другой класс. "
        "Щёлкните клетку, чтобы сдвинуть изображение туда."
    ),
    "page.progress-title": "Исследование ещё идёт",
    "page.progress-preparing": "Загружаются изображения и измеряется скорость.",
    "page.progress-training": "Готово обучений: {done} из {total}.",
    "page.progress-training-most": (
        "Готово обучений: {done}, всего не больше {total}; если всё решится раньше, будет меньше."
    ),
    "page.progress-finishing": (
        "Все обучения ({total}) готовы. Рекомендованный вариант обучается ещё раз, сохраняется и "
        "проверяется."
    ),
    "page.progress-finished": "Исследование закончено.",
    "page.progress-note": (
        "Отчёта пока нет. Модели появятся здесь сами, когда исследование закончится."
    ),
    "page.no-server": "Сервер не отвечает. Он ещё работает?",
    "page.server-failed": "Сервер сейчас не может ответить (код {status}). Попробуйте ещё раз.",
    "page.no-file": "{place} не загружается (код {status}). Цела ли папка страницы?",
    "page.too-large": "Файл слишком велик: принимается не больше {most} МБ.",
    "page.too-many-pixels": (
        "В изображении слишком много пикселей: не больше 80 миллионов. Уменьшите его."
    ),
    "page.not-decoded": (
        "Браузер не может прочитать этот файл: это не изображение, или он повреждён. Выберите, "
        "например, PNG, JPEG или WebP."
    ),
    "page.model-failed": "Модель не запускается: {error}",
}
