"""While a study runs."""

TEXTS = {
    # While a study runs.
    "run.progress": "{share:.0%} done, {done:,} of {total:,} {total:trial|trials}, {left} left",
    "run.left": "{left} left",
    "run.column-variant": "variant",
    "run.column-interval": "95% interval",
    "run.column-gap": "train − held-out",
    "run.column-seconds": "training time (s)",
    "run.column-multiply-adds": "multiply-adds (millions)",
    "run.loading": "Loading images ({step}): {share:.0%}",
    "run.step-download": "download",
    "run.step-read": "reading",
    "run.step-decode": "decoding",
    "run.step-compare-halves": "comparing the training images with the test images",
    "run.step-compare-within": "comparing the training images with one another",
    "run.place": "Run directory: {path}",
    "run.data": (
        "Data: {source}. Classes: {classes}. Images: {pool:,} for training, {test:,} for testing, "
        "{height} × {width} px."
    ),
    "run.validation": (
        "The validation images ({count:,}) are added to the training images. The networks train on "
        "them too, so they can't be used to test the saved model; the test set is kept apart for "
        "that."
    ),
    "run.plan": (
        "Plan: {variants:,} {variants:variant|variants}, up to {trials:,} {trials:trial|trials}, "
        "{done:,} already finished. (A variant is a network with one operator and one training "
        "recipe; a trial is one training run of one variant.) Protocol: {protocol}, {folds} "
        "{folds:fold|folds}; evaluated after {repeats:repeat|repeats} {repeats:and}."
    ),
    "run.more-epochs": (
        "Few images: recipe {recipe} trains for {epochs} epochs to reach at least {steps:,} steps. "
        "{--epochs} sets a different number."
    ),
    "run.balance": (
        "The classes differ in size: recipe {recipe} trains with class_balance = "
        '"{balance}", so that the largest class does not crowd out the others. A recipe that says '
        '"none" is left as it is.'
    ),
    "run.device": (
        "Device: {device}, {precision}. {workers} worker {workers:process|processes}, {threads} "
        "{threads:thread|threads} each."
    ),
    "run.cluster": (
        "Ray cluster: {nodes} {nodes:node|nodes}, {cpus} processor {cpus:core|cores}, {gpus} "
        "{gpus:GPU|GPUs}."
    ),
    "run.own-network": "Network {backbone}: {notes}.",
    "run.own-weights": (
        "The factory of network {backbone} returns the same values on every call, so it loads or "
        "sets them itself. These are kept: {kept}. Initialised from the seed: {drawn}."
    ),
    "run.own-drawn": (
        "The factory of network {backbone} loads no weights. Initialised from the seed: {drawn}."
    ),
    "run.weights-unknown": (
        "Some of the images that {path} was trained on are unknown. If any of them are held out "
        "here, the accuracies are too high."
    ),
    "run.weights-seen-test": (
        "Warning: {path} was trained on {count:,} of the {total:,} test images, so the test "
        "accuracy may be too high."
    ),
    "run.weights-seen-pool": (
        "Warning: {path} was trained on {count:,} of the {total:,} training images. Where folds "
        "hold these out, accuracies are too high. The test set is not affected."
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
        "Weights: {path} (SHA-256 {sha256}). Accuracy on the test set: {accuracy:.4f} ({count:,} "
        "{count:image|images})."
    ),
    "run.duplicates": (
        "{test_exact:,} test {test_exact:image has|images have} an exact copy among the training "
        "images, and {test_near:,} a near duplicate. {other_label:,} {other_label:pair has|pairs "
        "have} different labels. duplicates.csv lists all pairs."
    ),
    "run.duplicates-pool": (
        "Among the training images, {pool_exact:,} {pool_exact:is an exact copy|are exact copies} "
        "and {pool_near:,} {pool_near:is a near duplicate|are near duplicates} of an earlier one. "
        "The two may fall into different folds."
    ),
    "run.duplicates-sure": (
        "Near duplicates have a similarity of at least {threshold:.3f}. Judging by the pairs whose "
        "labels differ, at least {share:.0%} of them are false matches. The share is higher where "
        "images of one class resemble each other."
    ),
    "run.duplicates-untold": (
        "Here, images of different classes are as similar as copies are. Near duplicates can't be "
        "told apart from other images, so only exact ones are reported."
    ),
    "run.duplicates-dropped": (
        "{count:,} {count:duplicate was|duplicates were} dropped from the training images."
    ),
    "run.limit": "The time limit is near: the study ends after repeat {repeats}.",
    "run.estimate": "Expected time: about {duration}.",
    "run.forecast": (
        "This estimate is rough: a step or two was timed, for {measured} of the {variants} kinds "
        "of trial. The run itself times every kind before it trains."
    ),
    "run.shorter": "To bring it down to about an hour, use any one of these: {options}.",
    "run.shorter-nothing": (
        "No single setting brings it down to an hour. Combine fewer operators ({--operators}), a "
        "shorter recipe ({--recipes:quick}) and smaller images ({--image-size})."
    ),
    "run.auto": (
        "At each evaluation, the study stops if it has reached a decision or if a decision has "
        "become unlikely. Variants that can no longer win are dropped."
    ),
    "run.estimate-auto": (
        "Expected time: about {least} until the first evaluation, up to about {most} in all."
    ),
    "run.estimate-most": (
        "Expected time: up to about {most}, less if the question is settled earlier."
    ),
    "run.expected": (
        "If the best variant leads every other by {points:g} accuracy points, the chance of a "
        "decision by repeat {most} is about {chance:.0%}. The study then takes about {trainings:,} "
        "trials on average. This assumes that trials and images vary as docs/method.md describes."
    ),
    "run.expected-pictures": (
        "The number of images ({pictures:,}) limits this chance more than the number of repeats "
        "does."
    ),
    "run.expected-repeats": (
        "The number of repeats (at most {most}) limits this chance more than the number of images "
        "does."
    ),
    "run.time-limit": "Time limit: {limit}.",
    "run.other-folds": (
        "With {folds} folds, a network trains on {share:.0%} of the training images (with {usual}, "
        "on {usual_share:.0%}), so the verdict is about networks trained on that many images. A "
        "repeat takes {folds} trials of each variant."
    ),
    "run.look": "Undecided after repeat {repeats}. Still in the running: {active}.",
    "run.same-trials": "All trials are finished already; nothing is trained again.",
    "run.positions-differ": (
        "Note: the variants differ in where the operator sits, and so in multiply-adds."
    ),
    "run.other-trials": (
        "The folder holds {count:,} more {count:trial|trials}, from other settings, another "
        "machine or another version. {count:It is|They are} kept, but this study does not use "
        "{count:it|them}."
    ),
    "run.final": "Retraining the recommended variant, {variant}, on all training images…",
    "run.test": (
        "Test {metric}: {value:.4f} ({pictures}; 95% confidence interval: {low:.4f} to "
        "{high:.4f}). The test set was used only once, for this model. Always predicting the same "
        "class would give {constant:.4f}."
    ),
    "run.test-watched": (
        "Test {metric} after the last epoch: {value:.4f} ({pictures}; 95% confidence interval: "
        "{low:.4f} to {high:.4f}). The test set was evaluated after every epoch. Always predicting "
        "the same class would give {constant:.4f}."
    ),
    "run.pictures": "{count:,} {count:image|images}",
    "run.pictures-in-groups": "{count:,} {count:image|images} in {groups:,} {groups:group|groups}",
    "run.verified": "The saved model was verified in a fresh process: all {checks} checks passed.",
    "run.saved": "Model: {path}",
    "run.report": "Report: {path}",
    "run.report-failed": (
        "The report could not be built: {reason} The results are intact. To build it again: "
        "{command}"
    ),
    "run.lab-report": "Report to hand in: {path}",
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
