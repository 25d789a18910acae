"""English texts of errors of trainings, of the processes and clusters that do them, of verdicts."""

_SAME_COMMAND = "Run the same command again; finished trials are kept."
_VERSION_BACK = "Bring that version back, or run the study again."

TEXTS = {
    # Trainings.
    "error.final.diverged": (
        "The final training of {variant} diverged at step {step}: its loss is no longer a number."
    ),
    "hint.final.diverged": "Use a recipe with a lower learning rate (poolbench recipes).",
    "error.device.missing": "There is no device {device!r} on this computer; it has: {known}.",
    "error.trial.failed": "Trial {trial} failed: {message} Finished trials are kept.",
    "hint.trial.failed": "Add {--debug} to see where it happened.",
    "error.trial.weights": "The weights of trial {trial} do not fit its network ({said}).",
    "hint.trial.weights": "The files were edited or are damaged: run the study again.",
    "error.trial.no-operator": "Trial {trial} used operator {name!r}, which is unknown here.",
    "hint.trial.no-operator": "Define and register its class first (poolbench.register).",
    "error.trial.no-backbone": "Trial {trial} used backbone {name!r}, which is unknown here.",
    "hint.trial.no-backbone": "Continue in the Python program that defines it.",
    "error.trial.other-operator": (
        "Trial {trial} used another version of operator {name!r} than the one registered now."
    ),
    "hint.trial.other-operator": _VERSION_BACK,
    "error.trial.other-backbone": (
        "Trial {trial} used another version of backbone {name!r} than the one known now."
    ),
    "hint.trial.other-backbone": _VERSION_BACK,
    "error.trial.other-values": (
        "The factory of backbone {backbone!r} gives other values than when trial {trial} was "
        "planned: a weights file that it loads has changed."
    ),
    "hint.trial.other-values": (
        "Restore that file, or run the same command again with the new one."
    ),
    "error.trial.other-weights": "The weights file is not the one that the study started with.",
    "hint.trial.other-weights": (
        "Restore that file, or run the same command again with the new one."
    ),
    # Processes that train.
    "error.process.other": (
        "A worker process differs from the plan of the study: {listed}. poolbench, a library or "
        "the environment changed while the study ran. Nothing that this process computed is kept."
    ),
    "hint.process.other": (
        "Run the same command again: finished trials are kept, and what the change affects is "
        "trained again."
    ),
    "error.process.other-with": (
        "A worker process differs from the plan of the study: {listed} (with {variables}). "
        "poolbench, a library or the environment changed while the study ran. Nothing that this "
        "process computed is kept."
    ),
    "hint.process.other-with": (
        "Run the same command again: finished trials are kept, and what the change affects is "
        "trained again."
    ),
    "identity.part": "{part} {found} instead of {planned}",
    "identity.source": "source code of poolbench",
    "identity.fingerprint": "fingerprint of the computer",
    "error.process.not-started": (
        "A worker process ended before it could begin. {how} Its last output:\n{last}"
    ),
    "hint.process.not-started": _SAME_COMMAND,
    "error.operator.edited": (
        "Operator {name!r}, which a process imports from {module}, is not the one that the study "
        "was planned with: its file or one that it uses was edited, or a value in it differs from "
        "process to process. Nothing that was computed with it is kept."
    ),
    "hint.operator.edited": (
        "Run the same command again (in a notebook, restart the kernel first): the trials of the "
        "edited operator are trained again."
    ),
    "error.backbone.edited": (
        "Backbone {name!r}, which a process imports from {module}, is not the one that the study "
        "was planned with: its file or one that it uses was edited, or a value in it differs from "
        "process to process. Nothing that was computed with it is kept."
    ),
    "hint.backbone.edited": (
        "Run the same command again (in a notebook, restart the kernel first): the trials of the "
        "edited backbone are trained again."
    ),
    "lost.killed": (
        "Its process was killed by the system (signal 9), probably because memory ran out. A "
        "smaller {--image-size}, fewer {--workers} or a recipe with a smaller batch_size need less "
        "memory."
    ),
    "lost.ended": "Its process ended with code {code}.",
    "lost.silent": "Its process was silent for {seconds:.0f} s and was ended.",
    "lost.node": "Trial {trial} was lost with its worker or node. Ray says: {said}",
    # Ray clusters.
    "error.ray.missing": "{--executor:ray} needs Ray ({said}).",
    "hint.ray.missing": "Install it: {install}",
    "error.ray.none-here": "{--address:auto} finds no Ray cluster on this computer.",
    "hint.ray.none-here": (
        "Start one (ray start --head), name its address, or leave {--address} out."
    ),
    "error.ray.bad-address": (
        "{--address} is {address!r}; expected auto, HOST:PORT or ray://HOST:PORT."
    ),
    "error.ray.no-answer": "No Ray cluster answers at {address} ({reason}).",
    "hint.ray.no-answer": "Check that it is running and that this computer can reach it.",
    "error.ray.open": (
        "The Ray cluster runs the code of anyone who can reach {address}: its token authentication "
        "is off."
    ),
    "hint.ray.open": (
        "Stop the cluster, set RAY_AUTH_MODE=token on every node, make a token once with `ray "
        "get-auth-token --generate`, copy it to ~/.ray/auth_token on the other nodes and on this "
        "computer, and start the cluster again."
    ),
    "error.ray.no-device": "No node of the Ray cluster has device {device!r}; they have: {known}.",
    "error.ray.versions-differ": (
        "The nodes of the Ray cluster differ:\n{listed}\nInstall the same versions on all of them."
    ),
    "error.ray.kinds-differ": (
        "The nodes of the Ray cluster differ:\n{listed}\nUse nodes of one kind, or allow results "
        "that differ in their last bits with {--allow-mixed:True}."
    ),
    "error.ray.not-started": "Ray cannot be started on this computer ({said}).",
    "error.ray.refused": "The Ray cluster at {address} rejects this computer ({said}).",
    "hint.ray.refused": (
        "If it asks for a token, set RAY_AUTH_MODE=token here and copy ~/.ray/auth_token from one "
        "of its nodes."
    ),
    "error.ray.not-joined": "The Ray cluster at {address} cannot be joined ({said}).",
    "error.ray.node-silent": (
        "A node of the Ray cluster cannot report its hardware and versions ({said})."
    ),
    "hint.ray.node-silent": "Check that poolbench is installed on every node.",
    "error.ray.large-pictures": (
        "The images take {needed:.1f} GiB, more than the object store of a node has room for "
        "({most:.1f} GiB)."
    ),
    "hint.ray.large-pictures": "Specify a folder that all nodes share: {--storage:FOLDER}.",
    "error.node.other-code": (
        "Node {node} has a different version of poolbench from the one the study was planned with: "
        "it changed while the study ran."
    ),
    "hint.node.other-code": _SAME_COMMAND,
    "error.node.other-kind": (
        "Node {node} differs ({kind}) from the nodes that the study started with."
    ),
    "hint.node.other-kind": "Take it out of the cluster.",
    # Verdicts.
    "error.interval.shape": (
        "The values have shape {values} and the folds {folds}; expected one shape [repeats, "
        "images] with at least 2 images."
    ),
    "error.interval.not-finite": "The values are not all finite; expected finite numbers.",
    "error.interval.groups": (
        "The array of groups has shape {shape} and {count} {count:group|groups}; expected a group "
        "for each of {pictures} images and at least 2 groups."
    ),
    "error.interval.labels": (
        "The shapes are {shapes}; expected a label (and a group) for each prediction and at least "
        "one prediction."
    ),
    "error.counts.variants": (
        "There are counts of {found} {found:variant|variants}; expected at least 2."
    ),
    "error.counts.pictures": "n is {n}; expected at least 2 test images.",
    "error.counts.range": (
        "The counts contain {wrong}; expected whole numbers from 0 to n, which is {n}."
    ),
    "error.counts.margin": "margin_points is {value}; expected a number of points above 0.",
    "error.counts.trial-sd": "trial_sd is {value}; expected a number of points of at least 0.",
    "error.evidence.shape": (
        "correct has shape {correct} and fold has shape {folds}; expected [variants, repeats, "
        "images] and [repeats, images]."
    ),
    "error.evidence.other-shape": "{name} has shape {found}; expected that of correct, {expected}.",
    "error.evidence.pictures": (
        "{name} has shape {found}; expected one value for each of {pictures} images."
    ),
    "error.evidence.reached": (
        "reached is {found}; expected from 1 to {repeats} repeats for each of {variants} variants, "
        "and {repeats} for at least one."
    ),
    "error.ratio.shape": (
        "The two rows of times have shapes {first} and {second}; expected two rows of one length."
    ),
    "error.ratio.not-positive": "The times are not all above 0; expected numbers above 0.",
}
