"""The course's assignment in one command."""

TEXTS = {
    "lab.measuring": "Estimating how long each step takes on this machine…",
    "lab.plan": "The course assignment, {length}, takes about {duration} in all:",
    "lab.length-lesson": "at the length of a lesson ({--full:True}: the published 500 epochs)",
    "lab.length-full": "with the published 500 epochs",
    "lab.plan-step": "  {number}. {title}: {trials:,} {trials:trial|trials}, about {duration}",
    "lab.plan-done": "  {number}. {title}: finished, {trials:,} {trials:trial|trials}",
    "lab.plan-last": "  {number}. {title}: a few seconds",
    "lab.watched": (
        "Steps 1 and 3 evaluate on the test set after every epoch, as the course does, but choose "
        "nothing based on it: the best configuration is chosen on held-out folds of the training "
        "images. At the end of steps 2 and 4, the best network is trained once more and evaluated "
        "on the test set."
    ),
    "lab.step": "\n— Step {number} of {total}. {title}",
    "lab.1-example": "The course's example network",
    "lab.2-methods": "What raises its accuracy, one change at a time",
    "lab.3-published": "The three published networks, by the course's protocol",
    "lab.4-choice": "The same networks on held-out folds; the best is saved and verified",
    "lab.hand-in": "The report to hand in, as DOCX and Markdown",
    "lab.done": "Finished earlier, and nothing has changed.",
    "lab.recipe": (
        "All networks of this step are trained with recipe {recipe}, which step 2 recommends."
    ),
    "report.interval-baseline": "simultaneous {percent:.3g}% interval",
    "lab.next": (
        "Next: try the model on your own images and save them for the report\n  poolbench serve "
        "{path}\nThen run the same command again to add them to the report's table."
    ),
}
