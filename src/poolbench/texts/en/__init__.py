"""The English texts; the keys are those of ``ru``."""

from poolbench.texts.en.facts import FACTS
from poolbench.texts.en.page import PAGE
from poolbench.texts.en.report import REPORT
from poolbench.texts.en.run import RUN

EN = {**RUN, **REPORT, **PAGE, **FACTS}
