"""Hold the control questions of the hand-in, and how facts of a run stand beside them."""

QUESTIONS = "Контрольные вопросы"
ANSWER = "Ответ:"
EVIDENCE = "Данные опыта: {facts}"
NO_EVIDENCE = "в этом запуске их нет."
QUESTION_POOLING = (
    "Для чего в свёрточной сети понижают разрешение карт признаков? Что при этом происходит с "
    "объёмом вычислений и числом параметров?"
)
QUESTION_POSITION = (
    "Чем свёртка с шагом отличается от пулинга и почему важно, в каком месте сети понижается "
    "разрешение?"
)
QUESTION_TIME = "Почему время обучения у конфигураций разное?"
QUESTION_OVER_FITTING = "Что такое переобучение и по каким признакам его видно?"
QUESTION_CHANCE = "Почему по одному обучению каждой конфигурации нельзя судить, какая из них лучше?"
QUESTION_BEST_EPOCH = "Почему лучшую эпоху и лучшую сеть нельзя выбирать по тестовой выборке?"
QUESTION_ONNX = (
    "Что такое ONNX, что хранится в файле модели и что доказывает проверка после перезапуска?"
)
QUESTION_SHIFT = (
    "Как ответ сети зависит от сдвига изображения и чем здесь различаются свёрточная и "
    "полносвязная сети?"
)
FACT_COST = (
    "{variant}: {parameters:,} {parameters:параметр|параметра|параметров}, {multiply_adds} "
    "умножений-сложений"
)
FACT_POSITION = "{variant}: {conv} умножений-сложений в свёртках, точность {accuracy:.4f}"
FACT_POSITIONS_DIFFER = "конфигурации различаются и местом оператора в сети"
FACT_TIME = "{variant}: {seconds:.1f} с, {multiply_adds} умножений-сложений"
FACT_GAP = "{variant}: разрыв {gap} п. п., рост функции потерь {rise:.4f} ната"
FACT_SPREAD = (
    "{variant}: {count} {count:обучение|обучения|обучений}, точность от {low:.4f} до {high:.4f}"
)
FACT_ONE_TRIAL = "{variant}: одно обучение, точность {low:.4f}"
FACT_PAIR = "{first} − {second}: {points} п. п. ({reach})"
FACT_BEST_EPOCH = "{variant}: точность на последней эпохе {last:.4f}, на лучшей — {best:.4f}"
FACT_FILE = "файл {name}, {size:,.0f} КБ"
FACT_CHECKS = "пройдено проверок: {passed} из {count}"
FACT_LOGITS = "логиты отличаются от записанных не больше чем на {value}"
FACT_TEST = "{metric} сохранённой модели на тестовой выборке {accuracy:.4f}"
FACT_SHIFT = (
    "{variant}: при сдвиге на {pixels} пикс. ({border}) ответ сохраняется у {consistency:.1f} % "
    "изображений"
)
