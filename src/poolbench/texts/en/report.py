"""The page of a run."""

TEXTS = {
    # The report: sections.
    "report.title": "poolbench: comparison on {source}",
    "report.basis": (
        "Judged on {pictures} held-out pictures of {classes} classes. Protocol: {protocol}; "
        "folds: {folds}, repeats: {repeats}."
    ),
    "report.contents": "Contents",
    "report.section-comparison": "Comparison",
    "report.failed-figure": "The figure {name} could not be drawn ({reason}).",
    "report.failed-table": "The table {name} could not be made ({reason}).",
    "report.failed-gallery": "The pictures of the section {name} could not be shown ({reason}).",
    "report.suspects": "Labels that may be wrong",
    "report.explain-suspects": (
        "Pictures whose label is more likely to be wrong than the picture to be hard, judging by "
        "the held-out predictions of the recommended variant: {count}, all of them in "
        "suspects.csv, the worst first. Some labels are right, and the pictures only hard. Nothing "
        "was left out of the study."
    ),
    "report.section-learning": "Learning and over-fitting",
    "report.section-mistakes": "Which classes are confused",
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
        "lies within the ±{margin:g}-point margin. Otherwise, in comparisons with the best mean or "
        "with the baseline, one is better if the wider interval lies on its side of zero; the "
        "wider intervals with one variant hold together. A winner is better than each rival by "
        "the interval of that pair alone. In all other pairs, one is better if its p value is "
        "below 0.05; it is adjusted for the number of pairs (Holm) and of looks. Anything else is "
        "undecided. A variant that was dropped is compared over the repeats that it has, at the "
        "level of its last look. The three probabilities, that the first is better by more than "
        "the margin, equal within it, or worse by more, are for information."
    ),
    "report.explain-beside": (
        "With 95 % intervals, each for itself. The p values are adjusted over the pairs (Holm) for "
        "each measure alone, not over accuracy, loss, gap and time together. NLL and gap: over new "
        "trainings and new pictures. Time: the training seconds of the first over those of the "
        "second, on this machine."
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
        "opened once, for this network alone. The interval is that over test pictures or, where "
        "pictures belong together, over their groups. A constant answer names one class for every "
        "picture."
    ),
    "report.explain-final-lab": (
        "The recommended variant as it was trained in the comparison. Its test half was watched in "
        "every epoch, so the accuracy is not that of pictures never seen. The interval is that "
        "over test pictures or, where pictures belong together, over their groups. A constant "
        "answer names one class for every picture."
    ),
    "report.explain-repeat": (
        "In the folder of this run. On the same machine a CPU gives the same numbers to the last "
        "bit, seconds apart."
    ),
    "report.no-final": "No model was saved.",
    "report.no-verification": "The saved model was not verified.",
    # The report: figures.
    "report.figure-baseline": "Each variant less the baseline, in accuracy points.",
    "report.figure-differences": (
        "The variant with the best mean less each of the others, in accuracy points. Thin line: "
        "interval of this pair alone, by which a winner is named; thick line: interval that must "
        "lie within the margin (green) for a tie."
    ),
    "report.figure-confusion": (
        "Confusion matrices: percent of the pictures of each true class, held-out pictures of "
        "all trials together."
    ),
    "report.epoch": "epoch",
    "report.loss": "loss, nats",
    "report.accuracy": "accuracy",
    "report.train": "training",
    "report.held-out": "held-out",
    "report.other-variants": "held-out of the other variants",
    "report.predicted-class": "predicted class",
    "report.true-class": "true class",
    "report.train-seconds": "training, s",
    "report.held-out-accuracy": "held-out accuracy",
    "report.points": "difference, points",
    "report.interval": "95 % interval",
    "report.interval-alone": "{percent:.3g} % interval",
    "report.interval-together": "{percent:.3g} % for all with the best",
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
    "report.check-weights-in-both-files": "weights in both files",
    "report.check-class-names": "class names",
    "report.check-model-opens": "model opens",
    "report.check-logits": "logits",
    "report.check-labels": "labels",
    "report.check-probabilities": "probabilities",
    "report.check-torch-stays-out-of-the-process": "torch stays out of the process",
    "report.check-batch": "batch {count}",
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
    "report.worst-trial": "worst trial",
    "report.collapsed-trials": "collapsed (rate ≤, 95 %)",
    "report.pair": "pair",
    "report.reading": "reading",
    "report.explain-numbered": (
        "Names for which this machine has no font appear in the figures as numbers: {names}."
    ),
    "report.reads-one-trial": "one training cannot tell",
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
    "report.test-balanced-accuracy": "test balanced accuracy",
    "report.constant": "the best constant answer",
    "report.test-pictures": "test pictures",
    "report.weights": "initial weights (SHA-256)",
    "report.weights-operator": "operator of the initial weights",
    "report.weights-license": "licence of the initial weights",
    "report.test-groups": "groups of test pictures",
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
    "report.language": "English",
    "report.advice": "Use {variant}.",
    "report.not-said": (
        "It rests on these pictures, this backbone and this recipe, and does not say that the "
        "order is the same with others. Seconds are those of this machine and decide nothing."
    ),
    "report.explain-tied": (
        "A bar on the left marks the variants between which there is no difference that matters."
    ),
    "report.section-differences": "Differences",
    "report.section-pictures": "Pictures",
    "report.section-landscape": "Loss landscape",
    "report.section-costs": "Accuracy and what it costs",
    "report.figure-loss-curves": (
        "Loss over the epochs, mean over trials. The bands hold the middle half (25–75 %) of "
        "the trials, of a single trial that of its batches. The training loss is measured in "
        "the steps themselves, on augmented pictures where the recipe augments."
    ),
    "report.figure-accuracy-curves": "Accuracy over the epochs, drawn likewise.",
    "report.figure-gaps": (
        "Over-fitting: training less held-out accuracy after the last epoch, with 95 % "
        "intervals over new trainings and new pictures."
    ),
    "report.figure-loss-rises": (
        "By how much the held-out loss rose from its lowest epoch to the last, with 95 % intervals."
    ),
    "report.figure-accuracy-cost": (
        "Held-out accuracy with its 95 % interval against the multiply-adds of one picture. "
        "The dashed line joins the variants that none beats in both (the Pareto front)."
    ),
    "report.figure-accuracy-time": (
        "Held-out accuracy against training time. Vertical: 95 % interval of the accuracy; "
        "horizontal: median of the trials and their middle half. The dashed line joins the "
        "variants that none beats in both (the Pareto front)."
    ),
    "report.figure-matrix": (
        "Every pair: row less column, in points. A dot marks the pairs that the verdict tells "
        "apart."
    ),
    "report.figure-class-scores": (
        "F1 of each class on held-out pictures of all trials. With many variants or classes: "
        "the first of the leaderboard, and the classes in which they differ most."
    ),
    "report.figure-calibration": (
        "How often a prediction of a stated probability is right. On the dotted line what is "
        "stated is what happens; below it a network is too sure of itself."
    ),
    "report.figure-shift-consistency": (
        "Held-out pictures of all trials moved by some pixels, the border filled by "
        "reflection. Consistency is the part that keeps the label it has without a shift."
    ),
    "report.figure-shift-accuracy": "The accuracy on the same pictures.",
    "report.band": "25–75 % of the trials",
    "report.band-batches": "25–75 % of the batches",
    "report.gap-points": "training − held-out accuracy, points",
    "report.multiply-adds-millions": "million multiply-adds",
    "report.front": "Pareto front",
    "report.decided-pair": "told apart",
    "report.matrix-columns": "less this one",
    "report.matrix-rows": "points of this one",
    "report.stated-probability": "stated probability",
    "report.share-right": "part that is right",
    "report.calibrated": "as stated",
    "report.shift-consistency": "consistency",
    "report.shift-accuracy": "accuracy",
    "report.latency-ms": "latency, ms",
    "report.called": "called: {name}",
    "report.like": "looks like: {name}",
    "report.f1-of": "F1 of {variant}",
    "report.less": "less {variant}, points",
    "report.class-scores-caption": "F1 of {variant} in each class",
    "report.network": "the network",
    "report.first-direction": "first random direction",
    "report.second-direction": "second random direction",
    "report.figure-landscape": (
        "The loss around the network that was saved, along two random directions in which "
        "every filter changes by at most its own length. The colour is the loss in nats; the "
        "steps grow outwards."
    ),
    "report.explain-landscape": (
        "Filter-normalised directions after Li 2018 (arXiv:1712.09913); biases and "
        "normalisation stay. Pictures: {pictures}, of the training pool, without "
        "augmentation, so the lowest point need not lie in the middle."
    ),
    "report.figure-consistency-circular": (
        "Part of the pictures that keep their label when they move; what leaves on one side "
        "comes in on the other."
    ),
    "report.figure-accuracy-circular": "Accuracy on the same pictures.",
    "report.figure-consistency-border": (
        "Likewise, but black comes in, as where a picture is moved on a page."
    ),
    "report.figure-accuracy-border": "Accuracy on the same pictures with a black border.",
    "report.explain-shift": (
        "Curves: one trial of each variant on {pictures} of its held-out pictures, each moved "
        "in one of four directions. The tables below: all trials, up to 4 pixels, the border "
        "filled by reflection."
    ),
    "report.is": "is: {name}",
    "report.taken-for": "taken for: {name}, {percent:.0f} %",
    "report.answer": "answer: {name}",
    "report.wrong": "Most confidently wrong: {variant}",
    "report.explain-wrong": (
        "Held-out pictures that the recommended variant takes for another class, the most "
        "confident first."
    ),
    "report.disagreed": "Where the variants disagree",
    "report.explain-disagreed": "Held-out pictures on which the answers are most divided.",
    "report.attention": "Where the recommended variant looks",
    "report.explain-attention": (
        "Left the picture, right what speaks for the answer (Grad-CAM, Selvaraju 2017): the "
        "brighter, the more. Pictures that the network did not see in training; wrong answers "
        "first."
    ),
    "report.maps": "What each operator does to one picture",
    "report.explain-maps": (
        "The four channels that vary most, above as they come to the first site, below as "
        "they leave it. Each pair has one scale from black to white."
    ),
    "report.rows": "{count} rows",
}
