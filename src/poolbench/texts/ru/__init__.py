"""Русские тексты; ключи те же, что в ``en``."""

from poolbench.texts.ru.facts import FACTS
from poolbench.texts.ru.page import PAGE
from poolbench.texts.ru.report import REPORT
from poolbench.texts.ru.run import RUN

RU = {**RUN, **REPORT, **PAGE, **FACTS}
