"""What the command line refuses before a command begins, and errors that nobody expected."""

TEXTS = {
    "error.unknown.command": "There is no command {name!r}.",
    "error.option.unknown": "{command} has no option {name}.",
    "hint.option.unknown": "{help} lists its options.",
    "error.option.unknown-near": "{command} has no option {name}.",
    "hint.option.unknown-near": "Did you mean {near:or}? {help} lists all options.",
    "error.option.missing": "{command} needs {option} {value} ({explanation}).",
    "error.option.no-value": "{option} needs a value, but none follows it.",
    "hint.option.no-value": "Write {option} {value}.",
    "error.option.flag": "{option} takes no value, but it was given {given!r}.",
    "hint.option.flag": "Use {option} by itself.",
    "error.option.no-names": "{option} needs at least one name, but {following} follows it.",
    "error.option.whole": "{option} is {given!r}; expected a whole number.",
    "error.option.number": "{option} is {given!r}; expected a number, such as 0.5.",
    "error.option.least": "{option} is {number}; expected a whole number of at least {least}.",
    "error.option.range": "{option} is {number}; expected a whole number from {least} to {most}.",
    "error.words.missing": "{command} needs {value} ({explanation}).",
    "error.words.extra": (
        "{words!r} was not expected: besides options, {command} takes only {expected}."
    ),
    "hint.words.extra": "{help} explains what it takes.",
    "error.words.extra-none": "{words!r} was not expected: {command} takes only options.",
    "hint.words.extra-none": "{help} lists them.",
    "error.words.stray": (
        "{word!r} does not belong to any option, and {command} takes only options."
    ),
    "hint.words.stray": (
        "List several names after their option, as in {--operators:max avg}. {help} lists all "
        "options."
    ),
    "error.words.stray-path": (
        "{word!r} does not belong to any option of {command}. It is a path, so you probably "
        "meant:\n  {meant}"
    ),
    "error.words.stray-set": (
        "{word!r} does not belong to any option of {command}. It is an image set, so you probably "
        "meant:\n  {meant}"
    ),
    # What nobody expected.
    "error.memory": "There is not enough memory for this.",
    "hint.memory": (
        "Close other programs, or do less at once: {--workers:1}, a smaller {--image-size}, fewer "
        "images or classes."
    ),
    "error.recursion": (
        "Something is nested too deeply (lists in lists in lists), or a network calls itself "
        "without end."
    ),
    "hint.recursion": "{--debug} shows where.",
    "error.unexpected": "Unexpected error: {message} ({kind}).",
    "hint.unexpected": "{--debug} shows where it happened.",
    "error.unexpected-file": "{path}: {error} ({kind}).",
    "hint.unexpected-file": "{--debug} shows where it happened.",
}
