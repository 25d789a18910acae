"""While a study runs, its verdict, and the catalogues."""

TEXTS = {
    # While a study runs.
    "run.training": "Training",
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
    "run.validation": "The validation half joins the training pool: {count} pictures.",
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
    "run.measuring": "Measuring how fast this machine is …",
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
        "Test {metric}: {value:.4f} ({pictures}; the test half was opened once; 95 % interval "
        "{low:.4f} to {high:.4f}; the best constant answer reaches {constant:.4f})."
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
    # The calibration.
    "calibrate.progress": "{done} of {total} done",
    "calibrate.task": "task",
    "calibrate.expected": "expected",
    "calibrate.found": "found, points (95 % interval), first repetition",
    "calibrate.right": "right",
    "calibrate.accuracy": "accuracy",
    "calibrate.consistency": "consistency",
    "calibrate.equal": (
        "Equal variants: {winners} of {studies} small real studies found a winner, which is always "
        "false; chance explains up to {most}."
    ),
    "calibrate.permuted": (
        "Permuted labels: {right} of {pictures} held-out pictures told right after {trainings} "
        "trainings on labels that mean nothing; chance explains up to {most}: {mark}."
    ),
    "calibrate.coverage": (
        "Known differences: the 95 % interval holds the true difference in {held} of {draws} "
        "made-up studies; chance explains from {least} to {most}: {mark}."
    ),
    "calibrate.twins": (
        "One operator under two names: {alike} of {trials} trials gave the same answers to the "
        "bit, and all must: {mark}."
    ),
    "calibrate.passed": "Everything that is known beforehand was found.",
    "calibrate.failed": (
        "The instrument is wrong: it does not find what theory demands. Do not trust its verdicts "
        "on this machine, and report this."
    ),
    # The verdict in one sentence.
    "verdict.winner": (
        "Winner: {variant}. It beats {rival}, its closest rival, by {points:.2f} points "
        "({percent:.3g} % interval: {low:.2f} to {high:.2f})."
    ),
    "verdict.tied": (
        "Tie: {variants}. {best} has the highest mean, and the others are equal to it within the "
        "{margin:g}-point margin. Cost decided: {recommended} is recommended as the cheapest of "
        "them."
    ),
    "verdict.tied-counts": (
        "Tie: {variants}. {best} has the highest count, and the others are equal to it within the "
        "{margin:g}-point margin."
    ),
    "verdict.tied-but-different": (
        "That {variant} is a little better than {others} is sure, but it is less than the margin."
    ),
    "verdict.undecided": (
        "Undecided on {pictures} pictures (trials of each variant: {trials}): {recommended}, the "
        "best so far, can neither be told from {others} nor be called equal within the "
        "{margin:g}-point margin."
    ),
    "verdict.unbiased": (
        "The study stopped early, and studies that stop early overstate the size of a difference: "
        "corrected for that, it is about {points:.1f} points."
    ),
    "verdict.regret": (
        "Whichever variant is best in truth, {variant} is at most {points:.2f} points worse (95 % "
        "confidence)."
    ),
    "verdict.more-repeats": ("With {repeats} more repeats the chance of a decision is {chance}."),
    "verdict.more-pictures": (
        "With {pictures} pictures instead of {there}, and no more repeats, it is {chance}."
    ),
    "verdict.about-percent": "about {percent} %",
    "verdict.below-percent": "below {percent} %",
    "verdict.above-percent": "above {percent} %",
    "verdict.futile": (
        "The study stopped here: with all {repeats} repeats that were left, the chance of a "
        "decision was {chance}."
    ),
    "verdict.exploratory": (
        "This verdict is exploratory. The study was judged more than once (after {repeats} "
        "repeats), which was not planned, so the chance of a false winner is above 5 %."
    ),
    "verdict.nothing": (
        "Nothing was learned: no variant does better than an answer that ignores the picture and "
        "always names the same class ({constant}). The best mean, that of {variant}, differs from "
        "it by {points:+.2f} points (interval {low:.2f} to {high:.2f}). No variant is recommended, "
        "and no model was saved."
    ),
    "verdict.nothing-advice": (
        "What to change: check that the labels match their pictures; train longer (--epochs); "
        "search for the learning rate (--tune lr); take larger pictures (--image-size) or more of "
        "them. poolbench export RUN --trial ID exports any of the networks all the same."
    ),
    "verdict.chance": (
        "It is not certain that anything was learned: an answer that ignores the picture reaches "
        "{constant}, and no variant is above that beyond doubt."
    ),
    "verdict.constant-interval": "{accuracy:.4f}, 95 % interval {low:.4f} to {high:.4f}",
    "verdict.guess": (
        "That is a guess: one repeat does not show how much further ones would agree with it."
    ),
    "verdict.assumed": (
        "Assumed: accuracies of trainings on the same pictures spread with a standard deviation "
        "of {sd:g} points; nothing is paired."
    ),
    "verdict.single": "There is only one variant, so there is nothing to compare.",
    "verdict.one-trial": (
        "Undecided: one trial of each variant cannot tell a difference from chance. "
        "Best so far: {recommended}."
    ),
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
    # What has to be known to read the verdict rightly.
    "note.positions-differ": (
        "The variants differ not only in the operator but also in its position in the network, "
        "and therefore in multiply-adds. The differences are not those of the operator alone."
    ),
    "note.not-tuned": (
        "All variants were trained with the learning rate of their recipe. With the best rate for "
        "each the order may be another one (--tune lr searches for it)."
    ),
    "note.transfer": (
        "The networks begin with weights that were already trained, with one operator. That "
        "favours this operator and those like it: the comparison tells which operator suits these "
        "weights, not which one is best when trained from scratch."
    ),
    "note.metric-balanced": (
        "The largest class has more than 1.5 times the pictures of the smallest, so the variants "
        "are compared by balanced accuracy, the mean over classes (--metric accuracy counts all "
        "pictures alike), and the test is reported in it too. Loss and over-fitting still count "
        "all pictures alike."
    ),
    "note.groups-few": (
        "The groups tell no more than fewer than 20 of equal size would, or one holds more "
        "pictures than a fold should, so the intervals are rougher than they say."
    ),
    "note.classes-small": (
        "A class has fewer than 20 pictures. Balanced accuracy counts it as much as any other, so "
        "the intervals are rougher than they say."
    ),
    "note.no-look": (
        "Time was over before the first of the looks at which the study may be decided. The same "
        "command with more time goes on."
    ),
    "note.test-watched": (
        "The lab protocol watches the test set in every epoch. Numbers that are chosen by it, "
        "such as the best epoch, are optimistic."
    ),
    "note.few-trials": (
        "Fewer than five trainings of each variant say little about the next one, so the intervals "
        "are wide. More --folds or --repeats narrow them."
    ),
    "note.collapsed": (
        "Trainings that ended no better than a constant answer on their own training pictures, and "
        "were begun again with a quarter of the learning rate: {count}. They count as collapsed."
    ),
    "note.collapse-rate": (
        "{variant}: {count} of {trials} trials collapsed, and a rate of up to {percent:.0f} % is "
        "compatible with that (95 %). The worst trial reached {worst:.4f}; the mean is over "
        "trainings of two kinds, and its interval is rougher than it says."
    ),
    "note.missed-classes": "{variant} recognised no picture of these classes: {classes}.",
    "note.undertrained": (
        "The held-out loss was still falling when training ended: in most trainings of {variants} "
        "it is lowest in the last tenth of the epochs. After longer training (--epochs) the order "
        "may be different."
    ),
    "note.diverged": (
        "Trials that diverged: {count}. Their loss stopped being finite, and every one of their "
        "predictions counts as wrong."
    ),
    "note.left-out": (
        "Not compared to the end, because trials of it were lost: {names}. The same command tries "
        "again."
    ),
    "note.duplicates": (
        "Pictures of the test half that are also in the training pool, exactly: {count}. "
        "They make the test accuracy optimistic."
    ),
    "note.near-duplicates": (
        "Pictures of the test half that look like one of the training pool: {count}. Those that "
        "show the same make the test accuracy optimistic. duplicates.csv lists them; "
        "--on-duplicates drop leaves the training pictures out."
    ),
    "note.pool-duplicates": (
        "Pictures of the training pool that equal or look like an earlier one: {count}. Where one "
        "is trained on and the other held out, the accuracies are optimistic. duplicates.csv lists "
        "them; --on-duplicates drop leaves the later ones out."
    ),
    "note.near-share": (
        "Judging by the pairs whose labels differ, at least {percent:.0f} % of the pictures that "
        "look alike are expected to show different things; more where pictures of one class "
        "resemble each other."
    ),
    "note.dropped-duplicates": (
        "Pictures that were left out of the training pool because they equal or look like one of "
        "the test half or an earlier one: {count}. duplicates.csv lists them."
    ),
    "note.not-verified": (
        "The saved model failed its verification: it does not predict what was measured."
    ),
    "classes.counts": "train {train_count}, val {val_count}, test {test_count}",
    "operators.id": "id",
    "operators.family": "family",
    "operators.year": "year",
    "operators.parameters": "parameters",
    "operators.cost": "cost",
    "operators.title": "what it does",
    "operators.note": (
        "Parameters for 64 channels at stride 2; cost: multiply-adds there over those of max "
        "pooling. poolbench operators ID shows a card."
    ),
    "recipe.lab": "as the course publishes it: plain SGD, 500 epochs",
    "recipe.quick": "40 epochs of one cycle with flips and shifts",
    "recipe.standard": "60 epochs, answers averaged over both sides of a picture",
    "recipe.strong": "100 epochs, colours changed too, answers averaged over six views",
    "recipe.finetune": "all of a network that begins with weights (--weights)",
    "recipe.finetune-last": "its last stage, its last layer and its operators",
    "recipe.finetune-head": "its last layer and its operators",
    "family.plain": "plain",
    "family.mixtures": "mixture",
    "family.means": "mean",
    "family.ranks": "by rank",
    "family.soft": "soft",
    "family.stochastic": "random",
    "family.antialiased": "anti-aliased",
    "family.fourier": "Fourier",
    "family.wavelets": "wavelet",
    "family.rearranging": "rearranging",
    "family.own": "own",
}
