"""Что находит poolbench doctor."""

TEXTS = {
    "doctor.name-system": "система",
    "doctor.name-processor": "процессор",
    "doctor.name-instructions": "набор команд",
    "doctor.name-memory": "память",
    "doctor.name-devices": "устройства",
    "doctor.name-used": "используется",
    "doctor.name-precision": "формат чисел",
    "doctor.name-workers": "процессы",
    "doctor.name-steps": "шаги обучения",
    "doctor.name-cache": "кэш",
    "doctor.name-nodes": "узлы",
    "doctor.name-node": "узел {number}",
    "doctor.name-fingerprint": "отпечаток",
    "doctor.processor": "{name}, ядер: {cores}",
    "doctor.gibibytes": "{size:.1f} ГиБ",
    "doctor.unknown": "неизвестно",
    "doctor.processes": "{count} (потоков в каждом: {threads})",
    "doctor.graphs": "выполняются как записанные графы CUDA",
    "doctor.eager": "выполняются по одному, без компилятора",
    "doctor.measured": "{names}: более быстрый способ выбирается по замеру в начале",
    "doctor.cache": "{path} (свободно {free:.0f} ГиБ)",
    "doctor.no-cache": (
        "нет: у вас нет домашней папки; укажите папку в переменной окружения POOLBENCH_CACHE"
    ),
    "doctor.there": "установлен",
    "doctor.not-there": "не установлен",
    "doctor.node-with-token": (
        "{address}: {processor}, ядер: {cpus}, графических процессоров: {gpus}, память {size:.1f} "
        "ГиБ, токен нужен, отпечаток {fingerprint}"
    ),
    "doctor.node-without-token": (
        "{address}: {processor}, ядер: {cpus}, графических процессоров: {gpus}, память {size:.1f} "
        "ГиБ, токен не нужен, отпечаток {fingerprint}"
    ),
}
