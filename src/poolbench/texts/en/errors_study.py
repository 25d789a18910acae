"""English texts of errors of a study: its plan, its run, what is asked of it, and the commands."""

TEXTS = {
    # The plan.
    "error.plan.classes": (
        "The image set has {count:,} classes. Each trial keeps a table of every class against "
        "every class, and poolbench can read such tables for at most about {most:,} classes."
    ),
    "hint.plan.classes": "Choose fewer with {--classes}, or merge classes.",
    "error.plan.disk": (
        "The study needs about {needed:.2f} GiB in {folder}, but only {free:.2f} GiB is free."
    ),
    "hint.plan.disk": "Free some space, or choose another {--out}.",
    "error.plan.vary": (
        "Backbone {backbone!r} has no {name} to vary. {--vary} can change its {known:or}."
    ),
    "error.plan.vary-nothing": (
        "Backbone {backbone!r} has no {name} to vary: its shape cannot be changed."
    ),
    "error.plan.lab-classes": (
        "No classes are given. The lab uses a few classes of {source}; with all of them it takes "
        "many hours."
    ),
    "hint.plan.lab-classes": "Choose yours, for example {--classes:{example}}.",
    "error.plan.memory": (
        "Training {variant} on images of {height}×{width} pixels needs about {needed:.1f} GiB of "
        "memory, but only {free:.1f} GiB is free."
    ),
    "hint.plan.memory": "Choose a smaller {--image-size}, such as 64, or another backbone.",
    "error.plan.time": (
        "One repeat of all variants takes about {needed} on this machine, including a reserve, but "
        "{--time-limit} leaves only {left}."
    ),
    "hint.plan.time": "Allow more time, or use fewer operators or folds.",
    "error.plan.time-or-epochs": (
        "One repeat of all variants takes about {needed} on this machine, including a reserve, but "
        "{--time-limit} leaves only {left}."
    ),
    "hint.plan.time-or-epochs": (
        "Allow more time, or use fewer operators or folds, or {--epochs:{epochs}}."
    ),
    "error.plan.recipe-taken": "Your recipe {name!r} has the same name as one of poolbench's.",
    "hint.plan.recipe-taken": "Rename the recipe or its file.",
    "error.plan.vary-many": "{--vary} and {--methods} change one variant, but {count} are given.",
    "hint.plan.vary-many": "Name one operator, one backbone and one recipe.",
    "error.plan.one-size": (
        "Recipe {recipe!r} begins with smaller images, but backbone {backbone!r} takes one size: "
        "its last layer depends on the size of its feature map."
    ),
    "hint.plan.one-size": "Use another backbone, or a recipe without progressive_size.",
    "error.plan.no-test": "The lab protocol needs an official test set, but {source} has none.",
    "hint.plan.no-test": "Use {--protocol:cv}.",
    "error.plan.weights-missing": (
        "Recipe {recipe!r} starts from pretrained weights, but none are given."
    ),
    "hint.plan.weights-missing": (
        "Give them with {--weights:FILE}, a safetensors file. poolbench pretrain makes one."
    ),
    "error.plan.weights-unused": (
        "{--weights:{path}} would have no effect: no recipe in this study starts from pretrained "
        "weights."
    ),
    "hint.plan.weights-unused": "Use {--recipes:finetune}, or set pretrained = true in a recipe.",
    "error.plan.shape": "Variant {variant} does not fit the images. {reason}",
    "error.plan.operator-shape": (
        "Operator {operator!r} in backbone {backbone!r} turns a map of [{before}] (channels, "
        "height, width) into [{after}] where the stride is {stride}; expected [{wanted}]: as many "
        "channels, and ceil(size / stride) pixels in each direction."
    ),
    "error.plan.operator-type": (
        "Operator {operator!r} in backbone {backbone!r} turns a map of [{before}] (channels, "
        "height, width) into an object of type {after} where the stride is {stride}; expected a "
        "map of [{wanted}]."
    ),
    "hint.plan.operator-type": (
        "Its forward must return one tensor. poolbench.testing.check_operator({check}) shows what "
        "is wrong."
    ),
    "hint.plan.operator-shape": (
        "Make its forward use the stride it is built with. "
        "poolbench.testing.check_operator({check}) shows what is wrong."
    ),
    "error.plan.weights-empty": "{path} holds no weights.",
    "error.plan.weights-fit": (
        "Nothing in {path} fits {variant}: the file has names such as {there!r}, the network has "
        "names such as {wanted!r}."
    ),
    "error.plan.weights-random": (
        "Recipe {recipe!r} leaves {value!r} of {variant} as it is, and {path} has no values for it."
    ),
    "hint.plan.weights-random": ("Use weights of this network, or a recipe that trains all of it."),
    "error.plan.inner-pictures": (
        "Class {name!r} has {count} {count:image|images} left to train on, and choosing an epoch "
        "or a learning rate splits them into {parts} parts."
    ),
    "hint.plan.inner-pictures": (
        "Add images, leave the class out, or use {--tune:none} and a recipe without "
        "validation_parts."
    ),
    "error.plan.inner-groups": (
        "Class {name!r} has {count} {count:group|groups} left to train on, and choosing an epoch "
        "or a learning rate splits them into {parts} parts."
    ),
    "hint.plan.inner-groups": (
        "Add groups, leave the class out, or use {--tune:none} and a recipe without "
        "validation_parts."
    ),
    "error.plan.test-pictures": (
        "The test set has {count} {count:image|images}; expected at least 2, because the lab "
        "protocol evaluates on them."
    ),
    "error.plan.test-groups": (
        "The test set has {count} {count:group|groups}; expected at least 2, because the lab "
        "protocol evaluates on them."
    ),
    # The study.
    "error.study.weights-seen": (
        "{path} was trained on {count} of the {total} test images, so these cannot test a network "
        "that starts from it."
    ),
    "hint.study.weights-seen": (
        "Use weights trained without them: poolbench pretrain with the {--data}, {--classes}, "
        "{--groups} and {--on-duplicates} of this study keeps its test set aside, at any size."
    ),
    "error.study.expect": (
        "{--expect} is {points:g}; expected a number above 0 and at most 100, in points of "
        "accuracy."
    ),
    "error.study.all-lost": "No variant could be trained to the end. {variant}: {details}",
    "hint.study.all-lost": "Finished trials are kept, and the same command tries again.",
    "error.study.trial-lost": "Trial {trial} was lost. {details}",
    "hint.study.trial-lost": "Run the same command to continue.",
    "error.study.no-package": (
        "Converting a leaderboard to a data frame needs {package}, which cannot be imported "
        "({reason})."
    ),
    "hint.study.no-package": (
        "Install it: pip install {package}. Without it, use the rows of the leaderboard, or "
        "leaderboard.csv in the run."
    ),
    "error.study.unwritable": "{path} cannot be written: {reason}.",
    "hint.study.unwritable": "Choose another {--out}.",
    "error.study.one-variant": (
        "poolbench pretrain trains one variant, but several are named: {names}."
    ),
    "error.study.diverged": (
        "The training of {variant} diverged at step {step}: its loss is no longer a number."
    ),
    "hint.study.diverged": (
        "Use a lower learning rate; poolbench recipes shows the rate of a recipe."
    ),
    "error.study.not-weights": "{path} exists, and no pretraining in {runs} wrote it.",
    "hint.study.not-weights": "Choose another {--out}, or move that file away.",
    "error.study.lab-place": (
        "{path} contains a single poolbench run, but the lab keeps four in one folder."
    ),
    "hint.study.lab-place": "Choose a new or an empty folder with {--out}.",
    "error.study.log-missing": "{--log:{name}} needs {missing}, which is not installed.",
    "hint.study.log-missing": "Install it: {command}",
    "error.study.log-refused": (
        "{--log:{name}} cannot be used ({reason}). Nothing has been trained."
    ),
    "hint.study.log-refused": "Fix this or leave it out, and run the same command again.",
    "error.study.mlflow-path": (
        "{--log:mlflow} cannot write to {path}, which contains a question mark."
    ),
    "hint.study.mlflow-path": "Choose another {--out}, or name a server in MLFLOW_TRACKING_URI.",
    "error.study.no-trial": (
        "This study has no trial of {variant!r} with repeat {repeat} and fold {fold}."
    ),
    "hint.study.no-trial": "Its variants: {known}.",
    "error.study.two-sources": "data and the first argument are two names for the same setting.",
    "hint.study.two-sources": "Use only one of them.",
    "error.study.no-backbone": "{given} cannot be a backbone.",
    "hint.study.no-backbone": "Pass an id, or a function that has a name.",
    "error.study.other-pictures": "{path} holds a study of other images ({source}: {classes}).",
    "hint.study.other-pictures": "Choose another {--out}.",
    "error.study.hook": "{name} is {given}, which cannot be called.",
    "hint.study.hook": "Pass a function of one argument.",
    "error.study.hook-failed": "{name} failed at trial {trial} ({error}), and the study ended.",
    "hint.study.hook-failed": "Finished trials are kept: the same call continues from there.",
    "study.unexpected": "unexpected error ({error}).",
    # Runs, and what is in them.
    "error.runs.unreadable": "{path} cannot be read: {reason}.",
    "error.runs.without-sign": "There is nothing at {path}.",
    "hint.runs.without-sign": "To name the run {run}, write {name}.",
    "error.runs.none-here": "There is no run {name}: {place} contains no runs.",
    "hint.runs.none-here": (
        "Start one with poolbench run, go to the folder that holds runs/, or give the path of a "
        "run."
    ),
    "error.runs.unknown": "There is no run {name} in {place}.",
    "hint.runs.unknown": (
        "Did you mean {near:or}? poolbench runs lists them all; @last is the latest."
    ),
    "error.runs.unsearchable": "{path} cannot be searched for runs: {reason}.",
    "error.runs.name-and-out": (
        "{--name} puts the run into {runs}, and {--out} somewhere else. Use only one of the two."
    ),
    "error.runs.name": (
        "{name!r} cannot be the name of a run; expected letters, digits, '_', '-', '+' and dots, "
        "beginning with a letter or a digit, at most {most} characters, and not {last!r}."
    ),
    "hint.runs.name": "For a folder anywhere else use {--out}.",
    "error.runs.link": "{path} is a link.",
    "hint.runs.link": "Delete the link itself, or name the folder that it leads to: {target}",
    "error.runs.no-folder": "{path} is not a folder, or does not exist. Nothing was deleted.",
    "error.runs.no-run": "{path} is not a run directory of poolbench. Nothing was deleted.",
    "hint.runs.no-run": "To list the existing runs, use: poolbench runs",
    "error.runs.file-missing": "{path} is missing from a finished study.",
    "hint.runs.file-missing": "Run the same command again to recreate it.",
    "error.runs.files-missing": (
        "{path} is missing from a finished study, and so are other files: {count} in all."
    ),
    "hint.runs.files-missing": "Run the same command again to recreate them.",
    "error.results.history": "{path} cannot be read as the history of a trial ({reason}).",
    "error.results.folds": (
        "Trials of {first} and {second} share their folds but held out different images, so the "
        "two cannot be compared."
    ),
    "hint.results.folds": (
        "Delete the trials of this run and train them again. Report this if it happens again."
    ),
    "error.results.points": (
        "The verdict says that {first} and {second} differ by {told} points, but their accuracies "
        "differ by {found}."
    ),
    "hint.results.points": "This is a bug in poolbench. Report it.",
    # The command line.
    "error.cli.author-alone": "{--author} and {--group} are for the report to hand in.",
    "hint.cli.author-alone": "Add {--lab}.",
    "error.cli.no-model-here": "{path} is neither a model nor a run of poolbench.",
    "hint.cli.no-model-here": (
        "Give the path of a model, such as best/model.onnx, a run directory, or @last. To list "
        "the existing runs, use: poolbench runs"
    ),
    "error.cli.unfinished": "{path} has no model yet: its study is not finished.",
    "hint.cli.unfinished": (
        "Run the command that started it again to continue. poolbench runs shows which runs are "
        "finished."
    ),
    "error.cli.unanswered": (
        "There is no prediction for {count} of {total} images:\n{reasons}\nLeave these images out, "
        "or save them again in a common format."
    ),
    "error.cli.many-unanswered": (
        "There is no prediction for {count} of {total} images:\n{reasons}\n  … and {more} more; "
        "{--out} lists them all.\nLeave these images out, or save them again in a common format."
    ),
    "error.cli.bundle-twice": (
        "{--bundle} names a folder, and {--download} fetches one. Use only one of the two."
    ),
    "error.cli.json": (
        "The JSON cannot be written to standard output: {reason}. The files that the command wrote "
        "are complete."
    ),
    "hint.cli.json": (
        "Send standard output to a place that has room, and run the same command again."
    ),
    "error.cli.expect-alone": (
        "{--expect} shows how likely a decision is, before anything is trained."
    ),
    "hint.cli.expect-alone": "Add {--dry-run}.",
    "error.cli.no-folder": "{--dir} is {path}, which is not a folder.",
    "hint.cli.no-folder": "Name the folder that holds runs.",
    "error.cli.nobody-to-ask": (
        "Deleting needs confirmation, and standard input is not a terminal. Nothing was deleted."
    ),
    "hint.cli.nobody-to-ask": "Add {--yes}.",
}
