"""Что сообщается о наборах изображений других программ и о встроенных."""

TEXTS = {
    "facts.recognised": "Распознано: {what}, {halves}{details}.",
    "facts.recognised-keras": "npz в формате Keras",
    "facts.recognised-medmnist": "npz в формате MedMNIST",
    "facts.recognised-idx": "файлы IDX, как у MNIST ({file})",
    "facts.recognised-stl": "двоичные файлы STL-10",
    "facts.recognised-list": "список {file}: изображения — столбец {pictures}, классы — {classes}",
    "facts.recognised-column": "столбец {name}",
    "facts.recognised-one-hot": "столбцы из 0 и 1, всего {count} ({names})",
    "facts.recognised-split": ", выборки указаны в столбце {name}",
    "facts.recognised-one-half": "одна выборка ({halves})",
    "facts.recognised-halves": "{count} {count:выборка|выборки|выборок} ({halves})",
    "facts.half-train": "обучающая {count}",
    "facts.half-val": "валидационная {count}",
    "facts.half-test": "тестовая {count}",
    "facts.recognised-grey": ", оттенки серого",
    "facts.recognised-colour": ", цветные",
    "facts.recognised-turned": ", записаны по столбцам и повёрнуты",
    "facts.reason-marks": (
        "Почему операторы здесь различаются: на половине этих изображений в одной из клеток есть "
        "тёмная метка шириной от одного до семи пикселей. Максимальный пулинг сохраняет самый "
        "сильный отклик на неё. Усредняющий пулинг размывает этот отклик по шестнадцати позициям, "
        "а свёртка с шагом пропускает пятнадцать позиций из шестнадцати, поэтому оба этих "
        "оператора чаще не замечают мелкие метки."
    ),
}
