"""Where the time of a study went."""

TEXTS = {
    "account.title": "На что ушло время ({seconds:,.1f} с без отчёта):",
    "account.line": "{part}: {seconds:,.1f} с, {share:.1%}",
    "account.start": "запуск и загрузка изображений",
    "account.measure": "измерение скорости",
    "account.steps": "шаги обучения",
    "account.watching": "оценка после эпох",
    "account.judging": "оценка обученных сетей",
    "account.rest": "остальное в обучениях",
    "account.idle": "запуск и простой процессов",
    "account.hand-over": "экспорт и объяснения ответов",
    "account.verify": "проверка модели",
    "account.other": "всё остальное",
    "account.evaluation": "оценка сетей",
    "account.around": "прочая работа и простой процессов",
    "account.end": "проверка модели и всё остальное",
    "account.report": "отчёт",
    "account.axis": "время, с",
    "report.figure-account": (
        "На что ушло время последней команды, при выполнении которой обучались сети. Время "
        "обучения делится между этапами пропорционально тому, сколько его затратили на них рабочие "
        "процессы. Построение самого отчёта не учтено."
    ),
    "card.samples-account": (
        "Одной командой выполнено {trials:,} {trials:обучение|обучения|обучений}; рабочих "
        "процессов — {workers}."
    ),
    "help.run.profile": "По завершении показать, на что ушло время.",
}
