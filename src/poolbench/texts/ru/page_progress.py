"""Страница, пока исследование идёт."""

TEXTS = {
    "page.progress-table": "Промежуточные итоги по вариантам",
    "page.progress-accuracy": "точность",
    "page.progress-balanced-accuracy": "сбалансированная точность",
    "page.progress-curve": "точность по эпохам",
    "page.progress-left": "осталось {left}",
    "page.progress-terms": (
        "Вариант — сеть с одним оператором и одним рецептом обучения. Каждый вариант обучается "
        "несколько раз."
    ),
}
