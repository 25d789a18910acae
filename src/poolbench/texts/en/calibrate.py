"""What poolbench calibrate finds."""

TEXTS = {
    "calibrate.progress": "{done:,} of {total:,} done",
    "calibrate.task": "task",
    "calibrate.expected": "expected",
    "calibrate.found": "found in the first repetition: points (95% interval)",
    "calibrate.right": "as expected",
    "calibrate.accuracy": "accuracy",
    "calibrate.consistency": "consistency",
    "calibrate.equal": (
        "Equal variants: {winners:,} of {studies:,} small studies named a winner, which is always "
        "wrong; chance explains up to {most:,}."
    ),
    "calibrate.permuted": (
        "Shuffled labels: after {trainings:,} training runs on meaningless labels, {right:,} of "
        "{pictures:,} held-out images were classified correctly; chance explains up to {most:,}: "
        "{mark}."
    ),
    "calibrate.coverage": (
        "Known differences: the 95% interval covers the true difference in {held:,} of {draws:,} "
        "simulated studies; chance explains {least:,} to {most:,}: {mark}."
    ),
    "calibrate.twins": (
        "One operator under two names: {alike:,} of {trials:,} trials gave the same predictions, "
        "bit for bit, as all must: {mark}."
    ),
    "calibrate.passed": "Calibration passed: poolbench finds everything that theory predicts.",
    "calibrate.failed": (
        "Calibration failed: poolbench does not find what theory predicts. Do not trust its "
        "verdicts on this machine, and report the problem."
    ),
}
