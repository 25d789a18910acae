"""English texts of errors in settings: what arrived, and what was expected."""

TEXTS = {
    "error.config.wrong": "{given}; expected {expected}.",
    "error.config.wrong-choice": "{given}; expected {expected}.",
    "hint.config.wrong-choice": "Did you mean {near!r:or}?",
    "error.config.several": "Several settings have wrong values:\n{problems}",
    "error.config.several-in-file": "Several settings in {path} have wrong values:\n{problems}",
    "error.config.in-file": "In {path}: {problem}",
    "error.config.in-table": "{table}: {problem}",
    "value.digits": "a number with thousands of digits",
    "given.value": "{setting} is {value}",
    "given.among": "{setting} contains {value}",
    "given.table": "{setting} is a table",
    "given.nothing": "{setting} is missing",
    "expected.integer": "a whole number from {low:,} to {high:,}",
    "expected.number": "a number from {low:,g} to {high:,g}",
    "expected.number-above": "a number above {low:,g} and at most {high:,g}",
    "expected.number-below": "a number of at least {low:,g} and below {high:,g}",
    "expected.repeats": "auto or a whole number from 1 to {most:,}",
    "expected.time": "a duration from 1 s to 277 h, such as 90s, 5m or 1h30m",
    "expected.choice": "{others} or {last}",
    "expected.either": "{first} or {second}",
    "expected.boolean": "true or false",
    "expected.text": "text",
    "expected.name": (
        "a name of at most {most} Latin letters, digits, '_', '+' and '-' that begins with a "
        "letter or a digit"
    ),
    "expected.path": "a path",
    "expected.names": "a list of names",
    "expected.tables": "a list of tables",
    "expected.table": "a table of settings",
    # What the models find themselves.
    "error.config.empty": "{setting} names nothing. Name at least one.",
    "error.config.twice": "{setting} names {name!r} twice. Name it once.",
    "error.config.groups-form": (
        "{setting} is {value!r}; expected subfolder, name:REGEX or column:NAME."
    ),
    "error.config.groups-pattern": (
        "{setting} is {value!r}, and its regular expression cannot be read ({reason})."
    ),
    "error.config.ray-alone": (
        "{--address}, {--storage} and {--allow-mixed} belong to {--executor:ray}. Add it, or leave "
        "them out."
    ),
    "error.config.adamw-momentum": (
        'momentum and nesterov belong to optimizer = "sgd", but this recipe has "adamw".'
    ),
    "error.config.nesterov-alone": "nesterov = true needs a momentum above 0.",
    "error.config.one-part": (
        "validation_parts is 1, but a single part leaves nothing to train on. Use 0 for none, or "
        "at least 2."
    ),
    "error.config.patience-alone": "patience needs validation_parts of at least 2.",
    "error.config.part-untrained": (
        "trained_part leaves the rest of the network as it is, but without pretrained = true the "
        "rest has random values. Add pretrained = true, or leave trained_part out."
    ),
    "error.config.warmup-constant": (
        'warmup_fraction needs a schedule that rises, but schedule is "constant".'
    ),
    # Names and files.
    "error.config.two-names": (
        "{first} and {second} are two names for the same setting. Use only one of them."
    ),
    "error.config.names": "{names} cannot be read as a comma-separated list of names ({reason}).",
    "error.config.unreadable": "{path} cannot be read: {reason}.",
    "error.config.no-toml": "{path} is not TOML: {reason}.",
}
