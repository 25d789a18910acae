"""Из чего выбирать: классы, операторы и рецепты."""

TEXTS = {
    "classes.counts": (
        "обучающих {train_count:,}, валидационных {val_count:,}, тестовых {test_count:,}"
    ),
    "operators.id": "имя",
    "operators.family": "семейство",
    "operators.year": "год",
    "operators.parameters": "параметры",
    "operators.cost": "затраты",
    "operators.title": "что делает",
    "operators.note": (
        "Параметры — для 64 каналов при шаге 2; затраты — умножения-сложения в том же случае по "
        "сравнению с максимальным пулингом. Карточку показывает poolbench operators ИМЯ."
    ),
    "operators.card": "Дальше карточка на английском языке.",
    "family.plain": "простые",
    "family.mixtures": "смеси",
    "family.means": "средние",
    "family.ranks": "по рангу",
    "family.soft": "мягкие",
    "family.stochastic": "случайные",
    "family.antialiased": "сглаживающие",
    "family.fourier": "Фурье",
    "family.wavelets": "вейвлеты",
    "family.rearranging": "перестановки",
    "family.own": "собственные",
    "recipe.lab": "как опубликовано в курсе: обычный SGD, 500 эпох",
    "recipe.quick": "40 эпох, один цикл скорости обучения, отражения и сдвиги",
    "recipe.standard": "60 эпох; ответ усредняется по изображению и его отражению",
    "recipe.strong": "100 эпох, меняются и цвета; ответ усредняется по шести версиям изображения",
    "recipe.finetune": "дообучает всю сеть, начиная с предобученных весов (--weights)",
    "recipe.finetune-last": "дообучает последнюю ступень сети, последний слой и операторы",
    "recipe.finetune-head": "дообучает последний слой сети и операторы",
}
