"""The page of a run."""

TEXTS = {
    # The report: sections.
    "report.title": "poolbench: comparison on {source}",
    "report.basis": (
        "{pictures:,} held-out pictures of {classes} classes. Protocol: {protocol}; folds: "
        "{folds}, repeats: {repeats}."
    ),
    "report.contents": "Contents",
    "report.section-comparison": "Comparison",
    "report.failed-figure": "The figure {name} could not be drawn ({reason}).",
    "report.failed-table": "The table {name} could not be made ({reason}).",
    "report.failed-gallery": "The pictures of the section {name} could not be shown ({reason}).",
    "report.suspects": "Labels that may be wrong",
    "report.explain-suspects": (
        "Pictures that are more likely mislabelled than hard, judging by the held-out predictions "
        "of the recommended variant: {count:,}. suspects.csv lists all of them, most suspicious "
        "first. Some of these labels are right, and the picture is hard. Nothing was left out of "
        "the study."
    ),
    "report.section-learning": "Learning and overfitting",
    "report.section-mistakes": "Which classes are confused",
    "report.section-shift": "When the picture shifts",
    "report.section-final": "The saved model",
    "report.section-data": "Data",
    "report.section-repeat": "Repeat this run",
    "report.recommended": "recommended",
    "report.classes-of": "Class by class: {variant}",
    "report.footer": "Made by poolbench from the files of this run.",
    # Numbers.
    "report.millions": "{millions:,.2f} million",
    "report.range": "{low} to {high}",
    "report.gigabytes": "{size:,.1f} GB",
    "report.megabytes": "{size:,.1f} MB",
    "report.kilobytes": "{size:,.1f} kB",
    "report.at-most-percent": "{count} (at most {percent:.0f}%)",
    "report.tip-train-seconds": "{variant}: accuracy {accuracy:.4f}, training time {cost:,.1f} s",
    "report.tip-multiply-adds-millions": (
        "{variant}: accuracy {accuracy:.4f}, {cost:,.2f} million multiply-adds"
    ),
    # Explanations beside tables and figures.
    "report.explain-leaderboard": (
        "Accuracy is measured on held-out pictures. The interval shows where it may fall if you "
        "train again on other pictures of the same kind. It describes one variant; whether two of "
        "them differ is shown by the paired differences below. NLL is the mean negative "
        "log-likelihood; the calibration error is the mean distance between confidence and "
        "accuracy."
    ),
    "report.explain-one-trial": (
        "Each variant was trained only once, so the intervals reflect the choice of pictures "
        "alone. How much another training would change the result is unknown."
    ),
    "report.explain-differences": (
        "A point is 0.01 of the metric. Two variants are equal if the {percent:.3g}% interval lies "
        "within the ±{margin:g}-point margin. Otherwise, against the best mean or the baseline, "
        "one is better if the simultaneous interval excludes zero; these intervals hold for all "
        "such comparisons at once. The winner beats each rival by the interval of that pair alone. "
        "In all other pairs, one is better if its p-value, adjusted for the number of pairs (Holm) "
        "and of looks, is below 0.05. With fewer than three trials, only the winner is called "
        "better. Everything else is undecided. A variant that was dropped early is compared over "
        "the repeats it has, at the confidence level of its last look. The three probabilities are "
        "for information: the first is better by more than the margin, equal within it, worse by "
        "more."
    ),
    "report.explain-beside": (
        "Each 95% interval stands on its own. The p-values are adjusted over the pairs (Holm) for "
        "each measure separately, not over accuracy, loss, gap and time together. NLL and gap: the "
        "intervals account for new trainings and new pictures. Time: training time of the first "
        "divided by that of the second, on this machine."
    ),
    "report.explain-over-fitting": (
        "The gap is training accuracy minus held-out accuracy. The rise is how far the held-out "
        "loss climbs from its minimum to the last epoch; the epoch of the minimum is a median "
        "over trials, with its range. The best epoch was chosen on the pictures it is judged by, "
        "so its accuracy is optimistic and does not affect the verdict. Collapsed trials diverged "
        "or learned nothing and were restarted. In parentheses is the upper bound of their rate "
        "(95% confidence): the fewer the trials, the higher it is."
    ),
    "report.explain-costs": (
        "Multiply-adds are for one picture. Training time covers the training steps; total time "
        "also includes evaluation. Both are means over trials; memory is the largest of any "
        "trial. Time does not affect the verdict."
    ),
    "report.explain-final-cv": (
        "The recommended variant, trained again on the whole training pool. The test half was "
        "opened once, for this network only. The interval reflects the choice of test pictures "
        "or, where pictures belong together, of groups. A constant answer names the same class "
        "for every picture."
    ),
    "report.explain-final-lab": (
        "The recommended variant as it was trained in the comparison. The test half was measured "
        "after every epoch, so the accuracy is not that on unseen pictures. The interval reflects "
        "the choice of test pictures or, where pictures belong together, of groups. A constant "
        "answer names the same class for every picture."
    ),
    "report.explain-repeat": (
        "Run these commands in the folder of this run. On the same machine, a CPU gives the same "
        "numbers to the last bit, except for times."
    ),
    "report.no-final": "No model was saved.",
    "report.no-verification": "The saved model was not verified.",
    # The report: figures.
    "report.figure-baseline": "Each variant minus the baseline, in accuracy points.",
    "report.figure-differences": (
        "The variant with the best mean minus each of the others, in accuracy points. Thin line: "
        "interval of this pair alone, which names a winner. Thick line: interval that must lie "
        "within the margin (green) for a tie."
    ),
    "report.figure-confusion": (
        "Confusion matrices: percentage of each true class, held-out pictures of all trials."
    ),
    "report.epoch": "epoch",
    "report.loss": "loss, nats",
    "report.accuracy": "accuracy",
    "report.train": "training",
    "report.held-out": "held-out",
    "report.other-variants": "others, held-out",
    "report.predicted-class": "predicted class",
    "report.true-class": "true class",
    "report.train-seconds": "training time, s",
    "report.held-out-accuracy": "held-out accuracy",
    "report.points": "difference, points",
    "report.interval": "95% interval",
    "report.interval-alone": "{percent:.3g}% interval",
    "report.interval-together": "simultaneous {percent:.3g}% interval",
    "report.probability": "better / equal / worse",
    "report.p-adjusted": "p, Holm",
    "report.nll-difference": "NLL, nats",
    "report.gap-difference": "gap, points",
    "report.time-ratio": "training time, first / second",
    "report.held-out-balanced-accuracy": "held-out balanced accuracy",
    "report.balanced-accuracy": "balanced accuracy",
    "report.baseline-caption": "Each variant compared with {variant}; {margin:g}-point margin",
    "report.beside-caption": "Paired differences besides accuracy",
    "report.margin": "equal: the ±{margin:g}-point margin",
    "report.shift-pixels": "shift, pixels",
    # The report: tables.
    "report.leaderboard-caption": "All variants, highest held-out accuracy first",
    "report.differences-caption": "Paired differences; {margin:g}-point margin",
    "report.over-fitting-caption": "Overfitting, means over trials",
    "report.costs-caption": "What each variant costs",
    "report.shift-consistency-caption": "Consistency under shifts",
    "report.shift-accuracy-caption": "Accuracy under shifts",
    "report.class-report-held-out": "Held-out pictures of all trials; accuracy {accuracy:.4f}",
    "report.class-report-train": "Training pictures of all trials; accuracy {accuracy:.4f}",
    "report.confusion-table-caption": "{variant}: held-out pictures of all trials, counts",
    "report.final-caption": "The saved network",
    "report.files-caption": "Files",
    "report.verification-caption": (
        "Verification in a fresh process; reference pictures: {pictures:,}, onnxruntime "
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
    "report.check-torch-stays-out-of-the-process": "torch is not loaded in the process",
    "report.check-batch": "batch {count}",
    "report.failed": "failed",
    "report.data-caption": "Classes and pictures",
    "report.data-facts-caption": "Image set",
    "report.environment-caption": "Machine and libraries",
    "report.variant": "variant",
    "report.macro-f1": "macro F1",
    "report.nll": "NLL, nats",
    "report.calibration-error": "calibration error",
    "report.gap": "gap, points",
    "report.multiply-adds": "multiply-adds",
    "report.conv-multiply-adds": "in convolutions",
    "report.trials": "trials",
    "report.worst-trial": "worst trial",
    "report.collapsed-trials": "collapsed trials (true rate, 95% confidence)",
    "report.pair": "pair",
    "report.reading": "conclusion",
    "report.explain-numbered": (
        "Numbers in the figures stand for names that no font on this machine can draw: {names}."
    ),
    "report.reads-one-trial": "too few trials (1)",
    "report.reads-better": "{variant} is better",
    "report.reads-tied": "equal",
    "report.reads-undecided": "undecided",
    "report.train-accuracy": "training accuracy",
    "report.loss-rise": "rise of the loss, nats",
    "report.minimum-epoch": "epoch of the lowest loss",
    "report.best-epoch-accuracy": "accuracy at the best epoch",
    "report.parameters": "parameters",
    "report.wall-seconds": "total time, s",
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
    "report.constant": "best constant answer",
    "report.test-pictures": "test pictures",
    "report.weights": "initial weights (SHA-256)",
    "report.weights-operator": "operator of the initial weights",
    "report.weights-license": "licence of the initial weights",
    "report.test-groups": "groups of test pictures",
    "report.pool-pictures": "training pictures",
    "report.file": "file",
    "report.size": "size",
    "report.total": "total",
    "report.source": "source",
    "report.image-size": "height × width, px",
    "report.fit": "resized by",
    "report.test-half": "test half",
    "report.test-half-official": "part of the published set",
    "report.test-half-taken": "set aside before anything else",
    "report.manifest-hash": "checksum of the set (SHA-256)",
    "report.language": "English",
    "report.advice": "Use {variant}.",
    "report.not-said": (
        "The result holds for these pictures, this backbone and this recipe; with others, the "
        "ranking may change. Times were measured on this machine and do not affect the verdict."
    ),
    "report.explain-tied": "A bar on the left marks variants whose differences don't matter.",
    "report.section-differences": "Differences",
    "report.section-pictures": "Pictures",
    "report.section-landscape": "Loss landscape",
    "report.section-costs": "Accuracy and cost",
    "report.figure-loss-curves": (
        "Loss by epoch, mean over trials. Bands: the middle half (25 to 75%) of the trials or, of "
        "a single trial, of its batches. The training loss is measured during the steps, on "
        "augmented pictures if the recipe augments."
    ),
    "report.figure-accuracy-curves": "Accuracy by epoch, drawn the same way.",
    "report.figure-gaps": (
        "Overfitting: training minus held-out accuracy after the last epoch, with 95% intervals "
        "that account for new trainings and new pictures."
    ),
    "report.figure-loss-rises": (
        "How far the held-out loss rose from its lowest epoch to the last, with 95% intervals."
    ),
    "report.figure-accuracy-cost": (
        "Held-out accuracy with its 95% interval against the multiply-adds for one picture. The "
        "dashed line joins the variants that no other variant beats on both counts (the Pareto "
        "front)."
    ),
    "report.figure-accuracy-time": (
        "Held-out accuracy against training time. Vertical: 95% interval of the accuracy; "
        "horizontal: median of the trials and their middle half. The dashed line joins the "
        "variants that no other variant beats on both counts (the Pareto front)."
    ),
    "report.figure-matrix": (
        "Every pair: row minus column, in points. A dot marks pairs with a reliable difference."
    ),
    "report.figure-class-scores": (
        "F1 of each class on held-out pictures of all trials. With many variants or classes: the "
        "most accurate variants, and the classes in which they differ most."
    ),
    "report.figure-calibration": (
        "How often predictions with a given probability are correct. The dotted line is ideal "
        "calibration; below it, the network is overconfident."
    ),
    "report.figure-shift-consistency": (
        "Held-out pictures of all trials, shifted by some pixels; the border is filled by "
        "reflection. Consistency is the share of pictures that keep their predicted class."
    ),
    "report.figure-shift-accuracy": "Accuracy on the same pictures.",
    "report.band": "25 to 75% of the trials",
    "report.band-batches": "25 to 75% of the batches",
    "report.gap-points": "training − held-out accuracy, points",
    "report.multiply-adds-millions": "multiply-adds, millions",
    "report.front": "Pareto front",
    "report.decided-pair": "reliable difference",
    "report.matrix-columns": "minus this one",
    "report.matrix-rows": "points of this one",
    "report.stated-probability": "predicted probability",
    "report.share-right": "share that is correct",
    "report.calibrated": "ideal calibration",
    "report.shift-consistency": "consistency",
    "report.shift-accuracy": "accuracy",
    "report.latency-ms": "latency, ms",
    "report.called": "label: {name}",
    "report.like": "looks like: {name}",
    "report.f1-of": "F1 of {variant}",
    "report.less": "minus {variant}, points",
    "report.class-scores-caption": "F1 of {variant} in each class",
    "report.network": "the network",
    "report.first-direction": "first random direction",
    "report.second-direction": "second random direction",
    "report.figure-landscape": (
        "Loss around the saved network along two random directions, in which every filter changes "
        "by at most its own length. Colour: loss in nats; the steps grow with the loss."
    ),
    "report.explain-landscape": (
        "Directions are normalised by filter (Li 2018, arXiv:1712.09913); biases and "
        "normalisation stay fixed. Measured on {pictures:,} training pictures without "
        "augmentation, so the minimum need not lie in the middle."
    ),
    "report.figure-consistency-circular": (
        "Share of pictures that keep their predicted class when they shift; what leaves on one "
        "side comes back in on the other."
    ),
    "report.figure-accuracy-circular": "Accuracy on the same pictures.",
    "report.figure-consistency-border": (
        "The same, but the uncovered border is black, as when a picture moves on the page of "
        "poolbench serve."
    ),
    "report.figure-accuracy-border": "Accuracy on the same pictures with a black border.",
    "report.explain-shift": (
        "Curves: one trial of each variant on {pictures:,} of its held-out pictures, each shifted "
        "in one of four directions. Tables below: all trials, up to 4 pixels, border filled by "
        "reflection."
    ),
    "report.is": "true class: {name}",
    "report.taken-for": "predicted: {name}, {percent:.0f}%",
    "report.answer": "predicted: {name}",
    "report.wrong": "Most confident mistakes: {variant}",
    "report.explain-wrong": (
        "Held-out pictures that the recommended variant assigns to another class, most confident "
        "first."
    ),
    "report.disagreed": "Where the variants disagree",
    "report.explain-disagreed": "Held-out pictures on which the answers are most divided.",
    "report.attention": "Where the recommended variant looks",
    "report.explain-attention": (
        "Left: the picture. Right: what speaks for the answer (Grad-CAM, Selvaraju 2017); the "
        "brighter, the more. The network did not see these pictures in training. Mistakes come "
        "first."
    ),
    "report.maps": "What each operator does to one picture",
    "report.explain-maps": (
        "The four channels that vary most: above, at the input of the first site; below, at its "
        "output. Each pair shares one scale from black to white."
    ),
}
