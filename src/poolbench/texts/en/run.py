"""While a study runs, the calibration, and the catalogues."""

TEXTS = {
    # While a study runs.
    "run.progress": "{percent} % done, trials {done}/{total}, {left} left",
    "run.left": "{left} left",
    "run.column-variant": "variant",
    "run.column-interval": "95 % interval",
    "run.column-gap": "train − held-out",
    "run.column-seconds": "training, s",
    "run.column-multiply-adds": "million multiply-adds",
    "run.loading": "Loading pictures, {step}: {percent} %",
    "run.step-download": "download",
    "run.step-read": "reading",
    "run.step-decode": "decoding",
    "run.step-compare-halves": "comparing the pool with the test half",
    "run.step-compare-within": "comparing the pool with itself",
    "run.place": "Run directory: {path}",
    "run.data": (
        "Data: {source}; classes: {classes}. Pictures: {pool} in the training pool, "
        "{test} for the test, {height} × {width} px."
    ),
    "run.validation": (
        "The validation half joins the training pool: {count} pictures. Networks are trained on "
        "them too, so they do not test the saved model; the test half is kept apart for that."
    ),
    "run.plan": (
        "Plan: variants {variants}, trials {trials}, of which finished already: {done}. "
        "Protocol {protocol}, folds {folds}, repeats {repeats}."
    ),
    "run.more-epochs": (
        "Few pictures: recipe {recipe} runs for {epochs} epochs, so that it takes at least {steps} "
        "steps (--epochs sets another number)."
    ),
    "run.balance": (
        'Unequal classes: recipe {recipe} is trained with class_balance = "{balance}", so that the '
        'largest class does not crowd out the others (a recipe that says "none" is left as it is).'
    ),
    "run.device": (
        "Device: {device}, {precision}. Worker processes: {workers}, threads in each: {threads}."
    ),
    "run.cluster": "Ray cluster: nodes {nodes}, processor cores {cpus}, GPUs {gpus}.",
    "run.own-network": "Network {backbone}: {notes}.",
    "run.own-weights": (
        "Network {backbone}: its factory gives the same values each time it is called, so they "
        "were loaded or set, and are kept: {kept}. Drawn from the seed: {drawn}."
    ),
    "run.own-drawn": (
        "Network {backbone}: its factory loads no weights; drawn from the seed: {drawn}."
    ),
    "run.weights-unknown": (
        "It is not fully known which pictures {path} was trained on. If some that are held out "
        "here are among them, accuracies are too high."
    ),
    "run.weights-seen-test": (
        "Warning: {path} was trained on {count} of the {total} pictures of the test half."
    ),
    "run.weights-seen-pool": (
        "Warning: {path} was trained on {count} of the {total} pictures of the training pool. "
        "Where folds hold these out, accuracies are too high; the test half is kept apart."
    ),
    "run.weights": (
        "Weights for {variant}: {taken} values taken over; begin anew: {fresh}; not used: {unused}."
    ),
    "run.weights-facts": (
        "What {path} says about its weights: trained with operator {operator}, licence {license}."
    ),
    "run.pretrained": (
        "Weights: {path} (SHA-256 {sha256}). Accuracy on the test half: {accuracy:.4f} "
        "({count} pictures)."
    ),
    "run.duplicates": (
        "Duplicates: pictures of the test half that the training pool holds too: exact "
        "{test_exact}, near {test_near}. Pairs whose labels differ: {other_label}. All pairs: "
        "duplicates.csv."
    ),
    "run.duplicates-pool": (
        "Pictures of the pool that repeat an earlier one, so that folds may share them: exact "
        "{pool_exact}, near {pool_near}."
    ),
    "run.duplicates-sure": (
        "Near duplicates have a similarity of at least {threshold:.3f}. Judging by the pairs whose "
        "labels differ, at least {percent:.0f} % of them are expected only to look alike; more "
        "where pictures of one class resemble each other."
    ),
    "run.duplicates-untold": (
        "Pictures of different classes are as alike here as copies are: near duplicates cannot be "
        "told from other pictures, so only exact ones are reported."
    ),
    "run.duplicates-dropped": "Dropped from the training pool, as duplicates: {count}.",
    "run.limit": "The time limit is near: the study ends after {repeats} repeats.",
    "run.estimate": "Expected time: about {duration}.",
    "run.forecast": (
        "This is a rough estimate, from a step or two of {measured} of the {variants} kinds of "
        "trial; the run itself measures every kind before it trains."
    ),
    "run.shorter": "Any one of these brings it to about an hour: {options}.",
    "run.shorter-nothing": (
        "No single option brings it to an hour: take fewer operators (--operators), a shorter "
        "recipe (--recipes quick) and smaller pictures (--image-size) together."
    ),
    "run.auto": (
        "The study is judged after each of these numbers of repeats. It stops when it is decided, "
        "or when a decision has become unlikely; variants that can no longer win are dropped."
    ),
    "run.estimate-auto": (
        "Expected time: about {least} to the first look, at most about {most} in all."
    ),
    "run.estimate-most": (
        "Expected time: at most about {most}; less if it was decided at an earlier look."
    ),
    "run.expected": (
        "If the best variant is better than each other by {points:g} points, the chance of a "
        "decision by repeat {most} is about {percent:.0f} %, after about {trainings} trainings "
        "on average (assumed: trainings and pictures vary as in docs/method.md)."
    ),
    "run.other-folds": (
        "With {folds} folds a network is trained on {percent:.0f} % of the pool (with {usual}: "
        "{usual_percent:.0f} %), so the study is about networks trained on so many pictures; a "
        "repeat takes {folds} trainings of each variant."
    ),
    "run.look": "After {repeats} repeats not decided yet; still in it: {active}.",
    "run.same-trials": "Every trial is finished already; nothing is trained again.",
    "run.positions-differ": (
        "Mind: the variants differ in the position of the operator, and so in multiply-adds."
    ),
    "run.other-trials": (
        "The folder holds {count} more trials, of other settings, another machine or another "
        "version. They are kept but do not count here."
    ),
    "run.final": "Training {variant} on the whole pool.",
    "run.test": (
        "Test {metric}: {value:.4f} ({pictures}; the test half was opened once, for this model; "
        "95 % interval {low:.4f} to {high:.4f}; the best constant answer reaches {constant:.4f})."
    ),
    "run.test-watched": (
        "Test {metric} at the last epoch: {value:.4f} ({pictures}; the test half was watched in "
        "every epoch; 95 % interval {low:.4f} to {high:.4f}; the best constant answer reaches "
        "{constant:.4f})."
    ),
    "run.pictures": "{count} pictures",
    "run.pictures-in-groups": "{count} pictures in {groups} groups",
    "run.verified": "The saved model was verified in a fresh process; checks passed: {checks}.",
    "run.saved": "Model: {path}",
    "run.report": "Report: {path}",
    "run.report-failed": (
        "The report could not be built: {reason} The results are intact; build the report again "
        "with: {command}"
    ),
    "run.lab-report": "Hand-in: {path}",
    "run.lab-kept": "The file that was there had other content; it is now {path}",
    "run.interrupted": "Interrupted. What was finished is kept. To go on:\n  {command}",
    "run.lost-memory": (
        "{variant} is left out of the comparison: the memory did not suffice for a trial of it, "
        "even alone. {details}"
    ),
    "run.lost-lost": (
        "{variant} is left out of the comparison: the process of a trial of it ended three times. "
        "{details}"
    ),
    "run.lost-hung": (
        "{variant} is left out of the comparison: a trial of it hung three times. {details}"
    ),
}
