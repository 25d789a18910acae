"""While a study runs."""

TEXTS = {
    # While a study runs.
    "run.progress": "{share:.0%} done, trials {done:,} of {total:,}, {left} left",
    "run.left": "{left} left",
    "run.column-variant": "variant",
    "run.column-interval": "95% interval",
    "run.column-gap": "train − held-out",
    "run.column-seconds": "training, s",
    "run.column-multiply-adds": "multiply-adds, millions",
    "run.loading": "Loading pictures ({step}): {share:.0%}",
    "run.step-download": "download",
    "run.step-read": "reading",
    "run.step-decode": "decoding",
    "run.step-compare-halves": "comparing the training pool with the test half",
    "run.step-compare-within": "comparing the training pool with itself",
    "run.place": "Run directory: {path}",
    "run.data": (
        "Data: {source}. Classes: {classes}. Pictures: {pool:,} in the training pool, {test:,} in "
        "the test half, {height} × {width} px."
    ),
    "run.validation": (
        "The validation part joins the training pool: {count:,} pictures. The networks train on "
        "them too, so they can't be used to test the saved model; the test half is kept apart for "
        "that."
    ),
    "run.plan": (
        "Plan. Variants: {variants:,} (a network with one operator and one training recipe each). "
        "Trials: {trials:,} (one training of one variant each), finished already: {done:,}. "
        "Protocol: {protocol}, folds: {folds}, repeats: {repeats}."
    ),
    "run.more-epochs": (
        "Few pictures: recipe {recipe} trains for {epochs} epochs to reach at least {steps:,} "
        "steps. {--epochs} sets a different number."
    ),
    "run.balance": (
        "The classes differ in size: recipe {recipe} trains with class_balance = "
        '"{balance}", so that the largest class does not crowd out the others. A recipe that says '
        '"none" is left as it is.'
    ),
    "run.device": (
        "Device: {device}, {precision}. Worker processes: {workers}, threads in each: {threads}."
    ),
    "run.cluster": "Ray cluster. Nodes: {nodes}, processor cores: {cpus}, GPUs: {gpus}.",
    "run.own-network": "Network {backbone}: {notes}.",
    "run.own-weights": (
        "The factory of network {backbone} returns the same values on every call, so it loads or "
        "sets them itself. These are kept: {kept}. Initialised from the seed: {drawn}."
    ),
    "run.own-drawn": (
        "The factory of network {backbone} loads no weights. Initialised from the seed: {drawn}."
    ),
    "run.weights-unknown": (
        "Some of the pictures that {path} was trained on are unknown. If any of them are held out "
        "here, the accuracies are too high."
    ),
    "run.weights-seen-test": (
        "Warning: {path} was trained on {count:,} of the {total:,} pictures in the test half, so "
        "the test accuracy may be too high."
    ),
    "run.weights-seen-pool": (
        "Warning: {path} was trained on {count:,} of the {total:,} pictures in the training pool. "
        "Where folds hold these out, accuracies are too high. The test half is not affected."
    ),
    "run.weights": (
        "Weights for {variant}: {taken:,} tensors loaded. Initialised anew: {fresh}. Not used: "
        "{unused}."
    ),
    "run.weights-facts": (
        "According to {path}, its weights were trained with operator {operator}; licence: "
        "{license}."
    ),
    "run.pretrained": (
        "Weights: {path} (SHA-256 {sha256}). Accuracy on the test half: {accuracy:.4f} "
        "({count:,} pictures)."
    ),
    "run.duplicates": (
        "Test pictures with a duplicate in the training pool: {test_exact:,} exact, {test_near:,} "
        "near. Pairs whose labels differ: {other_label:,}. duplicates.csv lists all pairs."
    ),
    "run.duplicates-pool": (
        "Training pictures that repeat an earlier one and may fall into another fold: "
        "{pool_exact:,} exact, {pool_near:,} near."
    ),
    "run.duplicates-sure": (
        "Near duplicates have a similarity of at least {threshold:.3f}. Judging by the pairs whose "
        "labels differ, at least {share:.0%} of them only look alike. The share is higher where "
        "pictures of one class resemble each other."
    ),
    "run.duplicates-untold": (
        "Here, pictures of different classes are as similar as copies are. Near duplicates can't "
        "be told apart from other pictures, so only exact ones are reported."
    ),
    "run.duplicates-dropped": "Duplicates dropped from the training pool: {count:,}.",
    "run.limit": "The time limit is near: the study ends after repeat {repeats}.",
    "run.estimate": "Expected time: about {duration}.",
    "run.forecast": (
        "This estimate is rough: a step or two was timed, for {measured} of the {variants} kinds "
        "of trial. The run itself times every kind before it trains."
    ),
    "run.shorter": "To bring it down to about an hour, use any one of these: {options}.",
    "run.shorter-nothing": (
        "No single setting brings it down to an hour. Combine fewer operators ({--operators}), a "
        "shorter recipe ({--recipes:quick}) and smaller pictures ({--image-size})."
    ),
    "run.auto": (
        "The study is judged after each of these repeats. It stops when it is decided, or when a "
        "decision has become unlikely. Variants that can no longer win are dropped."
    ),
    "run.estimate-auto": (
        "Expected time: about {least} until the study is first judged, at most about {most} in all."
    ),
    "run.estimate-most": (
        "Expected time: at most about {most}, less if the study is decided earlier."
    ),
    "run.expected": (
        "If the best variant leads every other by {points:g} accuracy points, the chance of a "
        "decision by repeat {most} is about {chance:.0%}, after about {trainings:,} trials on "
        "average. This assumes that trials and pictures vary as docs/method.md describes."
    ),
    "run.expected-pictures": (
        "The number of pictures ({pictures:,}) limits this chance more than the number of repeats "
        "does."
    ),
    "run.expected-repeats": (
        "The number of repeats (at most {most}) limits this chance more than the number of "
        "pictures does."
    ),
    "run.time-limit": "Time limit: {limit}.",
    "run.other-folds": (
        "With {folds} folds, a network trains on {share:.0%} of the pool (with {usual}, on "
        "{usual_share:.0%}), so the verdict is about networks trained on that many pictures. A "
        "repeat takes {folds} trials of each variant."
    ),
    "run.look": "Not decided after repeat {repeats}. Still in the running: {active}.",
    "run.same-trials": "All trials are finished already; nothing is trained again.",
    "run.positions-differ": (
        "Note: the variants differ in where the operator sits, and so in multiply-adds."
    ),
    "run.other-trials": (
        "The folder holds {count:,} more trials, from other settings, another machine or another "
        "version. They are kept, but this study does not use them."
    ),
    "run.final": "Training {variant} on the whole pool.",
    "run.test": (
        "Test {metric}: {value:.4f} ({pictures}; 95% interval {low:.4f} to {high:.4f}). The test "
        "half was opened once, for this model. Always naming one class gives {constant:.4f}."
    ),
    "run.test-watched": (
        "Test {metric} after the last epoch: {value:.4f} ({pictures}; 95% interval {low:.4f} to "
        "{high:.4f}). The test half was watched in every epoch. Always naming one class gives "
        "{constant:.4f}."
    ),
    "run.pictures": "{count:,} pictures",
    "run.pictures-in-groups": "{count:,} pictures in {groups:,} groups",
    "run.verified": "The saved model was verified in a fresh process; checks passed: {checks}.",
    "run.saved": "Model: {path}",
    "run.report": "Report: {path}",
    "run.report-failed": (
        "The report could not be built: {reason} The results are intact. To build it again: "
        "{command}"
    ),
    "run.lab-report": "Hand-in: {path}",
    "run.lab-kept": "The file that was there had different content; it is kept as {path}",
    "run.interrupted": "Interrupted. What was finished is kept. To continue:\n  {command}",
    "run.lost-memory": (
        "{variant} is left out of the comparison: one of its trials ran out of memory even when it "
        "ran alone. {details}"
    ),
    "run.lost-lost": (
        "{variant} is left out of the comparison: the process of one of its trials died three "
        "times. {details}"
    ),
    "run.lost-hung": (
        "{variant} is left out of the comparison: one of its trials hung three times. {details}"
    ),
}
