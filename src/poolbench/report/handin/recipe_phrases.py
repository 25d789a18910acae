"""Hold what the document says of the training recipes, beside :mod:`.phrases`; Russian only."""

RECIPE = (
    "Рецепт {name}: оптимизатор {optimizer}, скорость обучения {rate:g} ({schedule}){momentum}; "
    "размер пакета — {batch}; число эпох — {epochs}; затухание весов {decay:g}; "
    "аугментация: {augmentation}."
)
RECIPES_SHOWN = "Рецептов: {total}; описаны первые {shown}."
TUNED = (
    "Скорость обучения подобрана для каждого обучения отдельно, по его обучающим изображениям; в "
    "рецепте указана та, с которой начат поиск."
)
RECIPE_MORE = "Полное описание рецепта выводит команда poolbench recipes ИМЯ."
MOMENTUM = ", импульс {momentum:g}"
OPTIMIZERS = {"sgd": "SGD", "adamw": "AdamW"}
SCHEDULES = {
    "constant": "постоянная",
    "one-cycle": "наибольшая; скорость растёт до этого значения и падает до нуля",
    "triangular": "наибольшая; скорость растёт до этого значения от нуля и падает до нуля",
    "cosine": "наибольшая; скорость растёт до этого значения и падает по косинусу",
}
AUGMENTATIONS = {
    "flip": "отражения",
    "translate": "сдвиги до {pixels} пикселей",
    "crop": "вырезание части с увеличением",
    "cutout": "стирание квадрата",
    "color": "изменение цвета",
    "mix": "смешивание изображений",
}
NO_AUGMENTATION = "нет"
