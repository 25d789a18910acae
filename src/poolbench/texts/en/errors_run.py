"""English texts of errors of a run: its files, its report, its page, predictions, the hub."""

_AGAIN = "Run the same command again to recreate it."
_AGAIN_BOTH = "Run the same command again to recreate both."
_RESTORE = "The file was edited or is damaged: restore it, or run the study again."
_MAKE_ROOM = "Make room and run the same command again; what was finished is kept."
_OTHER_OUT = "Choose another {--out}."
_EMPTY_OUT = "Choose a new or empty folder with {--out}."
_WAIT = "Wait for it, stop it, or give this run another {--out}."
_BY_HAND = (
    "Or run npm pack {package} on another machine, unpack the package, and name its folder with "
    "{--bundle}."
)
_HOW = (
    "Add {--download:True} to let npm fetch the right one. Or get it yourself: npm pack "
    "{package}@{version} && tar xzf {package}-{version}.tgz, then add {--bundle:package}."
)

TEXTS = {
    # Files of a run.
    "error.run.unread": "{path} cannot be read ({reason}).",
    "error.run.outside": "{path} was not read: {reason}, and only files inside a run are read.",
    "hint.run.outside": (
        "Put the file itself in its place, or run the study again in a new folder ({--out})."
    ),
    "error.run.changed": (
        "{path} was changed after it was written: its SHA-256 is not the one in {sums} beside it."
    ),
    "hint.run.changed": (
        "The file was edited or is damaged: delete the folder {folder} and run the study again "
        "with the same command, which repeats only this trial."
    ),
    "error.run.of-lab": "{path} contains the runs of a whole assignment (poolbench lab).",
    "hint.run.of-lab": "Name one of them, such as {example}.",
    "error.run.unfinished": (
        "{path} cannot be read ({reason}): this is not a poolbench run, or it is unfinished."
    ),
    "hint.run.unfinished": "To finish a run, run the command that started it again.",
    "error.run.none": "There is no run at {path}.",
    "hint.run.none": "To list the existing runs, use: poolbench runs",
    "error.run.not-json": "{path} is not JSON ({reason}).",
    "hint.run.not-json": _RESTORE,
    "error.run.unknown-field": "{path}: this poolbench does not know the field {field}.",
    "hint.run.unknown-field": (
        "A newer poolbench wrote the file, or it was edited: use a newer poolbench."
    ),
    "error.run.bad-field": "{path}: {field} has a value that poolbench never writes ({said}).",
    "hint.run.bad-field": _RESTORE,
    "error.run.bad-schema": (
        "{path} gives its schema_version as {found}; expected a whole number of at least 1."
    ),
    "hint.run.bad-schema": _RESTORE,
    "error.run.newer": "{path} has schema_version {found}; this poolbench reads up to {most}.",
    "hint.run.newer": "Use a newer poolbench.",
    "error.run.no-model": "Nothing was learned in {path}, so it has no model.",
    "hint.run.no-model": "To export a network anyway, name a trial ({--trial}), such as {trial}.",
    "error.run.gone": "{path} is gone: it was moved or deleted while it was in use.",
    "hint.run.gone": (
        "No folder was created in its place, and what was finished moved with it: run the same "
        "command with {--out} naming its new place."
    ),
    "error.run.held": "Another process is using {path}.",
    "hint.run.held": _WAIT,
    "error.run.held-by": (
        "Another process is using {path}: process {process} on {machine!r}, since {since}."
    ),
    "hint.run.held-by": _WAIT,
    "error.run.in-the-way": (
        "A trial needs the folder {path}, but it holds files that poolbench did not write."
    ),
    "hint.run.in-the-way": "Move it away and run the same command again.",
    "error.run.bad-trial-id": "{path}: {trial!r} is not a trial id.",
    "error.run.other-trial": (
        "{path} is not the record of this trial: its content gives the id {found}."
    ),
    "hint.run.other-trial": (
        "It was edited, or copied from another trial: delete the folder and run the same command "
        "again."
    ),
    "error.run.too-large": (
        "{path} would have {size:,} bytes, and at most {most:,} can be read back."
    ),
    "hint.run.too-large": "Use fewer classes, operators, folds or repeats.",
    "error.run.link-out": "{path} is a link that leads out of the run; nothing was written there.",
    "hint.run.link-out": "Put a folder in its place.",
    "error.write.refused": "{path} cannot be written ({reason}).",
    "hint.write.refused": (
        "Choose another {--out}, or copy the run to a place that you can write to."
    ),
    "error.write.full": "There is no room for {path}: the disk or a quota is full.",
    "hint.write.full": _MAKE_ROOM,
    "error.write.full-needed": (
        "There is no room for {path}, which needs {needed:.1f} MiB: the disk or a quota is full."
    ),
    "hint.write.full-needed": _MAKE_ROOM,
    "error.write.full-measured": (
        "There is no room for {path}, which needs {needed:.1f} MiB ({free:.1f} MiB are free): the "
        "disk or a quota is full."
    ),
    "hint.write.full-measured": _MAKE_ROOM,
    "error.out.among-pictures": (
        "{path} is inside the image folder {root}, where the run would be taken for a class."
    ),
    "hint.out.among-pictures": _OTHER_OUT,
    "error.out.occupied": (
        "{path} is not empty and contains no poolbench run ({names}). Nothing in it was touched."
    ),
    "hint.out.occupied": _EMPTY_OUT,
    "os.ENOLCK": "its file system has no locks",
    # What is wrong with a file, as a part of a sentence.
    "fault.lacks": "it lacks {name!r}",
    "fault.predictions": (
        "expected index and labels as whole numbers [n], and logits as numbers [n, classes]"
    ),
    "fault.prediction-counts": "expected equally many index, labels and logits, at least one each",
    "fault.prediction-range": "a label or the position of an image is out of range",
    "fault.foreign-numbers": "it holds numbers of a kind that NumPy lacks: {kinds}",
    "fault.picture-size": "it has {height}x{width} pixels",
    "fault.other-arrays": "its arrays are not the expected ones: {names}",
    "fault.other-counts": "expected equally many images, labels and logits, at least one each",
    "fault.no-hashes": "it lists no checksums",
    "fault.no-classes": "it lists no classes",
    "fault.silent": "it gave no reason",
    "fault.exit-code": "it ended with code {code}",
    # The report.
    "error.report.no-leading": (
        "{path}: the verdict names {variant}, which is missing from the leaderboard."
    ),
    "hint.report.no-leading": _AGAIN_BOTH,
    "error.report.suspects": "{path}: suspects.csv or suspects.npz cannot be read ({reason}).",
    "hint.report.suspects": _AGAIN_BOTH,
    "error.report.empty": "{path} is empty.",
    "hint.report.empty": _AGAIN,
    "error.report.other-classes": (
        "{path}: data.json lists {classes} classes, but the trials have a different number."
    ),
    "hint.report.other-classes": (
        "data.json was edited: run the same command again to recreate it."
    ),
    "error.report.no-trial": (
        "{path}: study.json lists no trial of {variant}, which is in the leaderboard."
    ),
    "hint.report.no-trial": _AGAIN_BOTH,
    "error.tried.other-classes": (
        "{path} contains images that were tried with other classes ({classes})."
    ),
    "hint.tried.other-classes": "It belongs to another run, or was edited: move it away.",
    "error.tried.broken": "{path}: an image cannot be read ({reason}).",
    "hint.tried.broken": "The file was edited: move it away.",
    "error.figure.many-panels": (
        "Figure '{name}' has one panel for each variant, which a single pair of axes cannot hold."
    ),
    "hint.figure.many-panels": (
        "Give a figure instead of ax: study.plot('{name}', "
        "figure=matplotlib.pyplot.figure(figsize=({width:.0f}, {height:.0f}), "
        "layout='constrained'))."
    ),
    "error.figure.two-places": "Both ax and figure were given.",
    "hint.figure.two-places": "Pass only one of them.",
    "error.figure.no-place": (
        "{name} is of type {kind}; expected matplotlib axes for ax, or a matplotlib figure or "
        "subfigure for figure."
    ),
    "error.figure.nothing": "This study has nothing to draw in figure {name!r}.",
    "hint.figure.nothing": "It has: {known}.",
    # Predictions.
    "error.predict.no-match": "No file matches {pattern}.",
    "hint.predict.no-match": "Check the pattern, or specify a folder.",
    "error.predict.unread": "{path} cannot be read ({reason}).",
    "error.predict.no-pictures": "There are no images in {folder}, nor in the folders inside it.",
    "hint.predict.no-pictures": (
        "Images are recognised by the extension of their file names, such as .jpg or .png."
    ),
    "error.predict.out-is-folder": "{path} is a folder.",
    "hint.predict.out-is-folder": "Specify a file with {--out}, such as predictions.csv.",
    "error.predict.out-no-folder": "{path} cannot be written: there is no folder {folder}.",
    "hint.predict.out-no-folder": "Make the folder, or choose another {--out}.",
    "error.predict.out-occupied": (
        "{path} exists and is not a table of predictions, so it was left as it is."
    ),
    "hint.predict.out-occupied": "Choose another {--out}, or move the file away.",
    # Verification.
    "error.verify.broke-off": "The verification of {run} stopped with exit code {code} ({last}).",
    "error.verify.failed": (
        "The model in {folder} does not reproduce its recorded predictions. Failed checks: "
        "{failed}."
    ),
    "hint.verify.failed": (
        "The files were changed or damaged: copy them again, or run the study again."
    ),
    "error.verify.no-bundle": (
        "{names:and} {names:is|are} missing from {run}: no model has been saved yet."
    ),
    "hint.verify.no-bundle": "Finish the study first.",
    "error.verify.reference": "{path} cannot be read ({reason}): the saved model is incomplete.",
    "hint.verify.reference": "Run the study again with the same {--out} to recreate it.",
    "check.hash": "SHA-256 of {name}",
    "check.hash-images": "SHA-256 of the reference images",
    "check.hash-images-other": "SHA-256 of the reference images at another size",
    "detail.classes": "the model names {names}",
    "detail.shape": "shape {found}, expected {expected}",
    "detail.hash": "{found}…, recorded {expected}…",
    "detail.no-hash": "{found}…, none recorded",
    "detail.at-most": "{value:.3g}, at most {most:g}",
    "detail.too-large": "it has {size:,} bytes, and at most {most:,} are read",
    "detail.large-weights": "weights of more than {most:,} bytes are not read",
    "detail.other-digest": "the checksum of the weights that the model names",
    "detail.no-shared-name": "no name is in both files",
    # The hub.
    "error.hub.no-library": "{--upload} needs huggingface_hub ({said}).",
    "hint.hub.no-library": "Install it: {install}",
    "error.hub.not-uploaded": (
        "{repo} was not uploaded ({said}). Its folder {folder} is complete."
    ),
    "hint.hub.not-uploaded": (
        "Log in (hf auth login, or a token with write access in HF_TOKEN) and run the same "
        "command again."
    ),
    "error.hub.bad-name": (
        "{repo!r} cannot be the name of a repository on the Hub: expected OWNER/NAME of letters, "
        "digits, '-', '_' and '.', at most {most} characters, such as anna/fruit."
    ),
    "error.hub.folder": "{folder} cannot be used ({reason}).",
    "hint.hub.folder": _EMPTY_OUT,
    "error.hub.occupied": (
        "{folder} is not empty and contains no repository that poolbench wrote. Nothing in it was "
        "touched."
    ),
    "hint.hub.occupied": _EMPTY_OUT,
    "error.hub.changed": (
        "The folder {folder} was left as it is, because it changed after poolbench wrote it: "
        "{names}."
    ),
    "hint.hub.changed": "Upload it with hf upload, move it away, or choose another {--out}.",
    # The page and its server.
    "error.serve.no-run": "{path} is not a run.",
    "hint.serve.no-run": "Specify a folder created by poolbench run, such as runs/NAME.",
    "error.serve.no-runs": "There is no folder {folder}, so there are no runs to show.",
    "hint.serve.no-runs": (
        "Make the first one with poolbench run, or name a run or a folder of runs."
    ),
    "error.serve.no-model": "{path} is missing.",
    "hint.serve.no-model": _AGAIN,
    "error.serve.not-finite": (
        "A model of this run returns predictions that are not finite numbers."
    ),
    "error.serve.bad-name": (
        "{--allow-host} is {name!r}; expected a host name: the part of an address before the first "
        "/, such as hub.example.org."
    ),
    "error.serve.bad-name-near": (
        "{--allow-host} is {name!r}; expected a host name, without https:// and without a path."
    ),
    "hint.serve.bad-name-near": "Did you mean {near!r}?",
    "error.serve.unknown-host": "{--host} is {host}, but no computer of that name was found.",
    "hint.serve.unknown-host": "Use a name or an address of this computer, such as 127.0.0.1.",
    "error.serve.bad-host": "{host} cannot be used as {--host} ({reason}).",
    "error.serve.no-port": "No port of {host} from {first} to {last} can be used ({reason}).",
    "hint.serve.no-port": (
        "Choose another {--port} or {--host}; {--port:0} takes any port that is free."
    ),
    "error.page.inside-run": "{out} is inside the run that the page is made from.",
    "hint.page.inside-run": _OTHER_OUT,
    "error.page.unwritten": "{out} cannot be written ({reason}).",
    "hint.page.unwritten": _OTHER_OUT,
    "error.page.occupied": "{out} contains files that do not belong to a poolbench page: {names}.",
    "hint.page.occupied": "Choose another {--out}, or move these files away.",
    "error.bundle.missing": (
        "The page runs the models with {package}, which is not part of poolbench."
    ),
    "hint.bundle.missing": _HOW,
    "error.bundle.no-package": "{folder} contains no unpacked npm package.",
    "hint.bundle.no-package": _HOW,
    "error.bundle.untested": (
        "{folder} contains {name} {found}; the tested version is {package} {tested}."
    ),
    "hint.bundle.untested": _HOW,
    "error.bundle.unread": "{path} cannot be read ({reason}).",
    "hint.bundle.unread": _HOW,
    "error.bundle.other-file": "{path} is not the published file: its SHA-256 differs.",
    "hint.bundle.other-file": _HOW,
    "error.bundle.no-npm": (
        "{--download:True} fetches {package} with npm, but npm is not installed on this computer."
    ),
    "hint.bundle.no-npm": f"Install Node.js, which brings npm. {_BY_HAND}",
    "error.bundle.other-package": (
        "What npm fetched is not the published {package}: its SHA-512 differs, so none of it was "
        "opened."
    ),
    "hint.bundle.other-package": f"Check the settings of npm (npm config list). {_BY_HAND}",
    "error.bundle.npm-late": "npm did not fetch {package} within {seconds} s.",
    "hint.bundle.npm-late": f"Try again later. {_BY_HAND}",
    "error.bundle.npm-refused": "npm, which fetches {package}, cannot be started ({reason}).",
    "hint.bundle.npm-refused": f"Install Node.js again. {_BY_HAND}",
    "error.bundle.npm-failed": "npm cannot fetch {package} ({reason}).",
    "hint.bundle.npm-failed": f"Check your internet connection. {_BY_HAND}",
}
