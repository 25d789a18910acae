"""The course's assignment in one command."""

TEXTS = {
    "lab.measuring": "Estimating how long each step takes on this machine …",
    "lab.plan": "The course's assignment, {length}. About {duration} in all:",
    "lab.length-lesson": "at the length of a lesson (--full: with the published 500 epochs)",
    "lab.length-full": "with the published 500 epochs",
    "lab.plan-step": "  {number}. {title}: {trials} trainings, about {duration}",
    "lab.plan-done": "  {number}. {title}: finished, {trials} trainings",
    "lab.plan-last": "  {number}. {title}: some seconds",
    "lab.watched": (
        "Steps 1 and 3 watch the test half as the course does, and nothing is chosen by it: the "
        "best configuration is chosen by held-out folds of the training pool. At the end of steps "
        "2 and 4 the best network is trained once more and measured on the test half."
    ),
    "lab.step": "\n— Step {number} of {total}. {title}",
    "lab.1-example": "The course's example network is trained",
    "lab.2-methods": "What raises its accuracy, one change at a time",
    "lab.3-published": "The three published networks, by the course's protocol",
    "lab.4-choice": "The same networks judged by held-out folds; the best is saved and proved",
    "lab.hand-in": "The report to hand in, as DOCX and Markdown",
    "lab.done": "Finished before, and nothing has changed.",
    "lab.recipe": (
        "Recipe {recipe}, which the held-out folds of step 2 recommend, trains all networks of "
        "this step."
    ),
    "report.interval-baseline": "{percent:.3g} % for all with the baseline",
    "lab.next": (
        "Next: try the model on your own pictures and keep them for the report\n"
        "  poolbench serve {path}\n"
        "and give the same command again: the report then has them in its table."
    ),
}
