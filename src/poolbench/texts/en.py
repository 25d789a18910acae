"""The English texts; the keys are those of ``ru.py``."""

EN = {
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
    "run.place": "Run directory: {path}",
    "run.data": (
        "Data: {source}; classes: {classes}. Pictures: {pool} in the training pool, "
        "{test} for the test, {height} × {width} px."
    ),
    "run.plan": (
        "Plan: variants {variants}, trials {trials}, of which finished already: {done}. "
        "Protocol {protocol}, folds {folds}, repeats {repeats}."
    ),
    "run.device": (
        "Device: {device}, {precision}. Worker processes: {workers}, threads in each: {threads}."
    ),
    "run.own-network": "Network {backbone}:\n  {notes}",
    "run.weights": (
        "Weights for {variant}: {taken} values taken over; begin anew: {fresh}; not used: {unused}."
    ),
    "run.pretrained": (
        "Weights: {path} (SHA-256 {sha256}). Accuracy on the test half: {accuracy:.4f} "
        "({count} pictures)."
    ),
    "run.measuring": "Measuring how fast this machine is …",
    "run.limit": "The time limit is near: the study ends after {repeats} repeats.",
    "run.estimate": "Expected time: about {duration}.",
    "run.auto": (
        "The study is judged after each of these numbers of repeats. It stops when it is decided; "
        "variants that can no longer win are dropped."
    ),
    "run.estimate-auto": (
        "Expected time: about {least} to the first look, at most about {most} in all."
    ),
    "run.estimate-most": (
        "Expected time: at most about {most}; less if it was decided at an earlier look."
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
    "run.test": "Test accuracy: {accuracy:.4f} ({count} pictures, opened once).",
    "run.test-watched": (
        "Test accuracy at the last epoch: {accuracy:.4f} ({count} pictures, watched every epoch)."
    ),
    "run.verified": "The saved model was verified in a fresh process; checks passed: {checks}.",
    "run.saved": "Model: {path}",
    "run.report": "Report: {path}",
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
    "calibrate.passed": "Every known answer was found, and equal variants look equal.",
    "calibrate.failed": (
        "The instrument is wrong: it does not find what theory demands. Do not trust its verdicts "
        "on this machine, and report this."
    ),
    # The verdict in one sentence.
    "verdict.winner": (
        "Winner: {variant}. It beats {rival}, its closest rival, by {points:.2f} points "
        "({percent:.3g} % interval for comparisons with the best: {low:.2f} to {high:.2f})."
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
    "verdict.need-both": (
        "If the differences are what they seem, about {repeats} more repeats would decide it, or "
        "about {pictures} more pictures (repeats in all: {total})."
    ),
    "verdict.need-repeats": (
        "If the differences are what they seem, about {repeats} more repeats would decide it."
    ),
    "verdict.need-pictures": (
        "No number of repeats can decide it: on {there} pictures they cannot show a difference "
        "below {detectable:.2f} points. About {pictures} more pictures would (repeats in all: "
        "{total})."
    ),
    "verdict.need-nothing": (
        "Neither more repeats nor more pictures in any number that can be had would decide it."
    ),
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
    # What has to be known to read the verdict rightly.
    "note.positions-differ": (
        "The variants differ not only in the operator but also in its position in the network, "
        "and therefore in multiply-adds. The differences are not those of the operator alone."
    ),
    "note.not-tuned": (
        "All variants were trained with the learning rate of their recipe. With the best rate for "
        "each the order may be another one (--tune lr searches for it)."
    ),
    "note.metric-balanced": (
        "The largest class has more than 1.5 times the pictures of the smallest, so the variants "
        "are compared by balanced accuracy, the mean over classes (--metric accuracy counts all "
        "pictures alike). Loss, over-fitting and the test accuracy stay plain."
    ),
    "note.groups-few": (
        "The groups are few (fewer than 20), or one holds more pictures than a fold should, so the "
        "intervals are rougher than they say."
    ),
    "note.test-watched": (
        "The lab protocol watches the test set in every epoch. Numbers that are chosen by it, "
        "such as the best epoch, are optimistic."
    ),
    "note.diverged": (
        "Trials that diverged: {count}. Their loss stopped being finite, and every one of their "
        "predictions counts as wrong."
    ),
    "note.duplicates": (
        "Pictures of the test half that are also in the training pool, exactly: {count}. "
        "They make the test accuracy optimistic."
    ),
    "note.not-verified": (
        "The saved model failed its verification: it does not predict what was measured."
    ),
    # The report: sections.
    "report.title": "poolbench: comparison on {source}",
    "report.basis": (
        "Judged on {pictures} held-out pictures of {classes} classes. Protocol {protocol}; "
        "folds: {folds}, repeats: {repeats}."
    ),
    "report.contents": "Contents",
    "report.section-comparison": "Comparison",
    "report.suspects": "Labels that may be wrong",
    "report.figure-suspects": (
        "Pictures that networks which never saw them take for another class with confidence: "
        "label, and what they look like."
    ),
    "report.explain-suspects": (
        "Found by confident learning (Northcutt 2021) on the held-out predictions of the "
        "recommended variant: {count}, all of them in suspects.csv, the worst first. Not every one "
        "is wrong: some are only hard. Nothing was left out of the study."
    ),
    "report.section-learning": "Learning and over-fitting",
    "report.section-mistakes": "Which classes are confused",
    "report.section-costs": "Costs",
    "report.section-shift": "When the picture moves",
    "report.section-final": "The saved model",
    "report.section-data": "Data",
    "report.section-repeat": "Repeat this run",
    "report.recommended": "recommended",
    "report.classes-of": "Class by class: {variant}",
    "report.footer": "Made by poolbench from the files of this run.",
    # Explanations beside tables and figures.
    "report.explain-leaderboard": (
        "Accuracy is that on held-out pictures. The interval says where it may lie after new "
        "trainings on other pictures of the same kind. It speaks of one variant; whether two "
        "differ is told by the paired differences below. NLL is the mean negative log-likelihood; "
        "the calibration error is the mean distance between confidence and accuracy."
    ),
    "report.explain-one-trial": (
        "There is only one trial of each variant, so the intervals speak of the pictures alone: "
        "how much a new training would change is not known."
    ),
    "report.explain-differences": (
        "A point is 0.01 of the metric. Two variants are equal if the {percent:.3g} % interval "
        "lies within the ±{margin:g}-point margin; otherwise one is better if the wider interval "
        "lies on its side of zero. Anything else is undecided. The wider intervals are drawn so "
        "that all comparisons with the variant that is the best in truth hold together. The three "
        "probabilities are that the first is better by more than the margin, equal within it, "
        "worse by more. The p value (Holm) is for information: neither it nor the probabilities "
        "decide."
    ),
    "report.explain-beside": (
        "With 95 % intervals, each for itself. NLL and gap: over new trainings and new pictures. "
        "Time: the training seconds of the first over those of the second, on this machine."
    ),
    "report.explain-over-fitting": (
        "The gap is training accuracy less held-out accuracy. The rise is that of the held-out "
        "loss from its minimum to the last epoch; the minimum is given as the median epoch and "
        "the range over trials. The best epoch was chosen on the pictures that it is judged by, "
        "so its accuracy is optimistic and decides nothing."
    ),
    "report.explain-costs": (
        "Multiply-adds are those of one picture. Training seconds are the steps alone; wall "
        "seconds include evaluation. Both are means over trials, and memory is the largest of "
        "any trial. Seconds never decide a verdict."
    ),
    "report.explain-final-cv": (
        "The recommended variant, trained again on the whole training pool. The test half was "
        "opened once, for this network alone. The interval is that over test pictures."
    ),
    "report.explain-final-lab": (
        "The recommended variant as it was trained in the comparison. Its test half was watched "
        "in every epoch, so the accuracy is not that of pictures never seen. The interval is "
        "that over test pictures."
    ),
    "report.explain-repeat": (
        "In the folder of this run. On the same machine a CPU gives the same numbers to the last "
        "bit, seconds apart."
    ),
    "report.no-final": "No model was saved.",
    "report.no-verification": "The saved model was not verified.",
    # The report: figures.
    "report.figure-baseline": (
        "Each variant less the one that it was changed from (the baseline), in accuracy points."
    ),
    "report.figure-differences": (
        "The variant with the best mean less each of the others, in accuracy points. Thin line: "
        "interval that decides on a winner; thick line: interval that must lie within the margin "
        "(green) for a tie."
    ),
    "report.figure-accuracy-time": (
        "Held-out accuracy against training time. Vertical: 95 % interval of the accuracy; "
        "horizontal: median of the trials and their middle half."
    ),
    "report.figure-learning-curves": (
        "Loss and accuracy over the epochs, mean over trials. The bands hold the middle half "
        "(25–75 %) of the batches. Training accuracy is measured in the steps themselves, on "
        "augmented pictures where the recipe augments."
    ),
    "report.figure-over-fitting": (
        "Training and held-out accuracy after the last epoch. The number on the right is the gap."
    ),
    "report.figure-confusion": (
        "Confusion matrices: percent of the pictures of each true class, held-out pictures of "
        "all trials together."
    ),
    "report.figure-shift": (
        "Held-out pictures moved by some pixels. Consistency is the part that keeps the label "
        "it has without a shift."
    ),
    "report.epoch": "epoch",
    "report.loss": "loss, nats",
    "report.accuracy": "accuracy",
    "report.train": "training",
    "report.held-out": "held-out",
    "report.band": "25–75 % of batches",
    "report.other-variants": "held-out of the other variants",
    "report.predicted-class": "predicted class",
    "report.true-class": "true class",
    "report.train-seconds": "training, s",
    "report.held-out-accuracy": "held-out accuracy",
    "report.points": "difference, points",
    "report.interval": "95 % interval",
    "report.interval-alone": "{percent:.3g} % interval",
    "report.interval-together": "{percent:.3g} % interval, for comparisons with the best",
    "report.probability": "better / equal / worse",
    "report.p-adjusted": "p, Holm",
    "report.nll-difference": "NLL, nats",
    "report.gap-difference": "gap, points",
    "report.time-ratio": "training time, ratio",
    "report.held-out-balanced-accuracy": "held-out balanced accuracy",
    "report.balanced-accuracy": "balanced accuracy",
    "report.baseline-caption": "Each against {variant}; {margin:g}-point margin",
    "report.beside-caption": "Paired differences beside accuracy",
    "report.margin": "equal: the ±{margin:g}-point margin",
    "report.consistency": "consistency",
    "report.shift-pixels": "shift, pixels",
    # The report: tables.
    "report.leaderboard-caption": "All variants, the highest held-out accuracy first",
    "report.differences-caption": "Paired differences; {margin:g}-point margin",
    "report.over-fitting-caption": "Over-fitting, means over trials",
    "report.costs-caption": "What each variant costs",
    "report.shift-consistency-caption": "Consistency under shifts",
    "report.shift-accuracy-caption": "Accuracy under shifts",
    "report.class-report-held-out": "Held-out pictures of all trials; accuracy {accuracy:.4f}",
    "report.class-report-train": "Training pictures of all trials; accuracy {accuracy:.4f}",
    "report.confusion-table-caption": "{variant}: held-out pictures of all trials, counted",
    "report.final-caption": "The network that was saved",
    "report.files-caption": "Files",
    "report.verification-caption": (
        "Verification in a fresh process; reference pictures: {pictures}, onnxruntime "
        "{onnxruntime}, Python {python}"
    ),
    "report.check": "check",
    "report.measured": "measured",
    "report.at-most": "at most",
    "report.result": "result",
    "report.passed": "passed",
    "report.failed": "failed",
    "report.data-caption": "Classes and pictures",
    "report.data-facts-caption": "Image set",
    "report.environment-caption": "The machine and the libraries",
    "report.variant": "variant",
    "report.macro-f1": "macro F1",
    "report.nll": "NLL, nats",
    "report.calibration-error": "calibration error",
    "report.gap": "gap",
    "report.multiply-adds": "multiply-adds",
    "report.conv-multiply-adds": "in the convolutions",
    "report.trials": "trials",
    "report.pair": "pair",
    "report.reading": "reading",
    "report.reads-better": "{variant} is better",
    "report.reads-tied": "equal",
    "report.reads-undecided": "undecided",
    "report.train-accuracy": "training accuracy",
    "report.loss-rise": "rise of the loss, nats",
    "report.minimum-epoch": "epoch of the lowest loss",
    "report.best-epoch-accuracy": "accuracy of the best epoch",
    "report.parameters": "parameters",
    "report.wall-seconds": "wall, s",
    "report.memory": "peak memory, MB",
    "report.pixels": "{pixels} px",
    "report.class": "class",
    "report.precision": "precision",
    "report.recall": "recall",
    "report.f1": "F1",
    "report.support": "pictures",
    "report.macro-average": "mean over classes",
    "report.weighted-average": "mean over pictures",
    "report.true-over-predicted": "true \\ predicted",
    "report.trial": "trial",
    "report.test-accuracy": "test accuracy",
    "report.test-pictures": "test pictures",
    "report.pool-pictures": "training pool",
    "report.file": "file",
    "report.bytes": "bytes",
    "report.total": "total",
    "report.source": "source",
    "report.image-size": "height × width, px",
    "report.fit": "brought to one size by",
    "report.test-half": "test half",
    "report.test-half-official": "as published with the set",
    "report.test-half-taken": "taken out of the set before anything else",
    "report.manifest-hash": "manifest hash",
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
