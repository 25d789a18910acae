"""The page of a run."""

TEXTS = {
    # The report: sections.
    "report.title": "poolbench: comparison on image set {source}",
    "report.basis": (
        "{pictures:,} held-out {pictures:image|images} of {classes} {classes:class|classes}. "
        "Protocol: {protocol}, {folds} {folds:fold|folds}, {repeats} {repeats:repeat|repeats}."
    ),
    "report.contents": "Contents",
    "report.section-comparison": "Comparison",
    "report.failed-figure": "Figure {name} could not be drawn ({reason}).",
    "report.failed-table": "Table {name} could not be made ({reason}).",
    "report.failed-gallery": "The images of section {name} could not be shown ({reason}).",
    "report.suspects": "Labels that may be wrong",
    "report.explain-suspects": (
        "Judging by the held-out predictions of the recommended variant, {count:,} {count:image "
        "is|images are} more likely mislabelled than hard. suspects.csv lists all of them, most "
        "suspicious first. Some of these labels are right, and the image is hard. Nothing was left "
        "out of the study."
    ),
    "report.section-learning": "Learning and overfitting",
    "report.section-mistakes": "Which classes are confused",
    "report.section-shift": "When the image shifts",
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
        "Accuracy is measured on held-out images. The 95% confidence interval shows the range in "
        "which accuracy is likely to lie if you train again on other images of the same kind. It "
        "describes one variant; whether two of them differ is shown by the paired differences "
        "below. NLL is the mean negative log-likelihood; the calibration error is the mean "
        "distance between confidence and accuracy. The column train − held-out is training "
        "accuracy minus held-out accuracy."
    ),
    "report.explain-one-trial": (
        "Each variant was trained only once, so the intervals reflect the sampling of images "
        "alone. How much another training run would change the result is unknown."
    ),
    "report.explain-differences": (
        "A point is 0.01 of the metric. Two variants are equal if the {percent:.3g}% interval lies "
        "within the ±{margin:g}-point margin. Otherwise, in comparisons with the variant that has "
        "the best mean or with the baseline, a variant is better if the simultaneous interval "
        "excludes zero; these intervals hold for all such comparisons at once. Whether the winner "
        "beats a rival is decided by the interval for that pair alone. In all other pairs, a "
        "variant is better if its p-value, adjusted for the number of pairs (Holm) and of interim "
        "looks at the data, is below 0.05. With fewer than three trials, only the winner is called "
        "better. Everything else is undecided. A study that is evaluated several times uses higher "
        "confidence levels, so that the chance of a false winner, and that of a false tie, stays "
        "at 5%. A variant that was dropped early is compared over the repeats it has, at the "
        "confidence level of its last look. The three probabilities are for information: that the "
        "first variant is better by more than the margin, that the two are equal within it, and "
        "that the first is worse by more than the margin."
    ),
    "report.explain-beside": (
        "The 95% intervals are not adjusted for multiple comparisons. The p-values are adjusted "
        "over the pairs (Holm) for each measure separately, not over accuracy, loss, train − "
        "held-out and time together. NLL and train − held-out: the intervals account for variation "
        "between training runs and between images. Time: training time of the first divided by "
        "that of the second, on this machine."
    ),
    "report.explain-over-fitting": (
        "The column train − held-out is training accuracy minus held-out accuracy. The rise is how "
        "far the held-out loss climbs from its minimum to the last epoch; the epoch of the minimum "
        "is a median over trials, with its range. The best epoch was chosen on the same images "
        "that it is evaluated on, so its accuracy is optimistic and does not affect the verdict. "
        "Collapsed trials diverged or learned nothing and were restarted. In parentheses is an "
        "upper bound on the true rate of collapse (95% confidence): the fewer the trials, the "
        "higher it is."
    ),
    "report.explain-costs": (
        "Multiply-adds are for one image. Training time covers the training steps; total time also "
        "includes evaluation. Both are means over trials; peak memory is the maximum over all "
        "trials. Time does not affect the verdict."
    ),
    "report.explain-final-cv": (
        "The recommended variant, retrained on all training images. The test set was used only "
        "once, for this network. The interval reflects the sampling of test images or, for images "
        "in groups, of groups. The majority-class baseline always predicts the same class."
    ),
    "report.explain-final-lab": (
        "The recommended variant as it was trained in the comparison. The test set was evaluated "
        "after every epoch, so the accuracy is not that on unseen images. The interval reflects "
        "the sampling of test images or, for images in groups, of groups. The majority-class "
        "baseline always predicts the same class."
    ),
    "report.explain-repeat": (
        "Run these commands in the folder of this run. On the same machine, a CPU run reproduces "
        "every number except timings, bit for bit."
    ),
    "report.no-final": "No model was saved.",
    "report.no-verification": "The saved model was not verified.",
    # The report: figures.
    "report.figure-baseline": "Each variant minus the baseline, in accuracy points.",
    "report.figure-differences": (
        "The variant with the best mean minus each of the others, in accuracy points. Thin line: "
        "the interval for this pair alone, used to name a winner. Thick line: the interval that "
        "must lie within the margin (green) for a tie."
    ),
    "report.figure-confusion": (
        "Confusion matrices: percentage of each true class, held-out images of all trials."
    ),
    "report.epoch": "epoch",
    "report.loss": "loss (nats)",
    "report.accuracy": "accuracy",
    "report.train": "training",
    "report.held-out": "held-out",
    "report.other-variants": "others, held-out",
    "report.predicted-class": "predicted class",
    "report.true-class": "true class",
    "report.train-seconds": "training time (s)",
    "report.held-out-accuracy": "held-out accuracy",
    "report.points": "difference (points)",
    "report.interval": "95% interval",
    "report.interval-alone": "{percent:.3g}% interval",
    "report.interval-together": "simultaneous {percent:.3g}% interval",
    "report.probability": "better / equal / worse",
    "report.p-adjusted": "p (Holm)",
    "report.nll-difference": "NLL (nats)",
    "report.gap-difference": "train − held-out (points)",
    "report.time-ratio": "training time (first / second)",
    "report.held-out-balanced-accuracy": "held-out balanced accuracy",
    "report.balanced-accuracy": "balanced accuracy",
    "report.baseline-caption": "Each variant compared with {variant}; {margin:g}-point margin",
    "report.beside-caption": "Paired differences in other measures",
    "report.margin": "equal: the ±{margin:g}-point margin",
    "report.shift-pixels": "shift (pixels)",
    # The report: tables.
    "report.leaderboard-caption": "All variants, highest held-out accuracy first",
    "report.differences-caption": "Paired differences; {margin:g}-point margin",
    "report.over-fitting-caption": "Overfitting, means over trials",
    "report.costs-caption": "What each variant costs",
    "report.shift-consistency-caption": "Consistency under shifts",
    "report.shift-accuracy-caption": "Accuracy under shifts",
    "report.class-report-held-out": "Held-out images of all trials; accuracy {accuracy:.4f}",
    "report.class-report-train": "Training images of all trials; accuracy {accuracy:.4f}",
    "report.confusion-table-caption": "{variant}: held-out images of all trials, counts",
    "report.final-caption": "The saved network",
    "report.files-caption": "Files",
    "report.verification-caption": (
        "Verification in a fresh process: {pictures:,} reference {pictures:image|images}, "
        "onnxruntime {onnxruntime}, Python {python}"
    ),
    "report.check": "check",
    "report.measured": "measured",
    "report.at-most": "tolerance",
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
    "report.data-caption": "Classes and images",
    "report.data-facts-caption": "Image set",
    "report.environment-caption": "Machine and libraries",
    "report.variant": "variant",
    "report.macro-f1": "macro F1",
    "report.nll": "NLL (nats)",
    "report.calibration-error": "calibration error",
    "report.gap": "train − held-out (points)",
    "report.multiply-adds": "multiply-adds",
    "report.conv-multiply-adds": "in convolutions",
    "report.trials": "trials",
    "report.worst-trial": "worst trial",
    "report.collapsed-trials": "collapsed trials (95% upper bound on the rate)",
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
    "report.loss-rise": "rise in loss (nats)",
    "report.minimum-epoch": "epoch of lowest loss",
    "report.best-epoch-accuracy": "accuracy at the best epoch",
    "report.parameters": "parameters",
    "report.wall-seconds": "total time (s)",
    "report.memory": "peak memory (MB)",
    "report.pixels": "{pixels} px",
    "report.class": "class",
    "report.precision": "precision",
    "report.recall": "recall",
    "report.f1": "F1",
    "report.support": "predictions",
    "report.macro-average": "macro average",
    "report.weighted-average": "weighted average",
    "report.true-over-predicted": "true \\ predicted",
    "report.trial": "trial",
    "report.test-accuracy": "test accuracy",
    "report.test-balanced-accuracy": "test balanced accuracy",
    "report.constant": "majority-class baseline",
    "report.test-pictures": "test images",
    "report.weights": "initial weights (SHA-256)",
    "report.weights-operator": "operator of the initial weights",
    "report.weights-license": "licence of the initial weights",
    "report.test-groups": "groups of test images",
    "report.pool-pictures": "training images",
    "report.file": "file",
    "report.size": "size",
    "report.total": "total",
    "report.source": "source",
    "report.image-size": "height × width (px)",
    "report.fit": "resized by",
    "report.test-half": "test set",
    "report.test-half-official": "predefined in the image set",
    "report.test-half-taken": "set aside before anything else",
    "report.manifest-hash": "checksum of the set (SHA-256)",
    "report.language": "English",
    "report.advice": "Use {variant}.",
    "report.not-said": (
        "The result holds for these images, this backbone and this recipe; with others, the "
        "ranking may change. Times were measured on this machine and do not affect the verdict."
    ),
    "report.explain-tied": "A bar on the left marks variants that count as equally accurate.",
    "report.section-differences": "Differences",
    "report.section-pictures": "Images",
    "report.section-landscape": "Loss landscape",
    "report.section-costs": "Accuracy and cost",
    "report.figure-loss-curves": (
        "Loss by epoch, mean over trials. Bands: interquartile range over trials or, for a single "
        "trial, over its batches. The training loss is measured during the training steps, on "
        "augmented images if the recipe uses augmentation."
    ),
    "report.figure-accuracy-curves": "Accuracy by epoch, drawn the same way.",
    "report.figure-gaps": (
        "Overfitting: training minus held-out accuracy after the last epoch, with 95% intervals "
        "that account for variation between training runs and between images."
    ),
    "report.figure-loss-rises": (
        "How far the held-out loss rose from its minimum to the last epoch, with 95% intervals."
    ),
    "report.figure-accuracy-cost": (
        "Held-out accuracy with its 95% interval against the multiply-adds for one image. The "
        "dashed line joins the variants that no other variant beats on both counts (the Pareto "
        "front)."
    ),
    "report.figure-accuracy-time": (
        "Held-out accuracy against training time. Vertical bars: 95% interval of the accuracy; "
        "horizontal bars: median and interquartile range of the time over trials. The dashed line "
        "joins the variants that no other variant beats on both counts (the Pareto front)."
    ),
    "report.figure-matrix": (
        "Every pair: row minus column, in points. A dot marks pairs with a reliable difference."
    ),
    "report.figure-class-scores": (
        "F1 of each class on held-out images of all trials. If there are many variants or classes, "
        "only the most accurate variants and the classes in which they differ most are shown."
    ),
    "report.figure-calibration": (
        "How often predictions with a given probability are correct. The dotted line is ideal "
        "calibration; below it, the network is overconfident."
    ),
    "report.figure-shift-consistency": (
        "Held-out images of all trials, shifted by some pixels; the border is filled by "
        "reflection. Consistency is the fraction of images that keep their predicted class."
    ),
    "report.figure-shift-accuracy": "Accuracy on the same images.",
    "report.band": "25th to 75th percentile of trials",
    "report.band-batches": "25th to 75th percentile of batches",
    "report.gap-points": "training − held-out accuracy (points)",
    "report.multiply-adds-millions": "multiply-adds (millions)",
    "report.front": "Pareto front",
    "report.decided-pair": "reliable difference",
    "report.matrix-columns": "minus this one",
    "report.matrix-rows": "points of this one",
    "report.stated-probability": "predicted probability",
    "report.share-right": "fraction correct",
    "report.calibrated": "ideal calibration",
    "report.shift-consistency": "consistency",
    "report.shift-accuracy": "accuracy",
    "report.latency-ms": "latency (ms)",
    "report.called": "label: {name}",
    "report.like": "looks like: {name}",
    "report.f1-of": "F1 of {variant}",
    "report.less": "difference from {variant} (points)",
    "report.class-scores-caption": "F1 of variant {variant} by class",
    "report.network": "the network",
    "report.first-direction": "first random direction",
    "report.second-direction": "second random direction",
    "report.figure-landscape": (
        "Loss around the saved network along two random directions, in which every filter changes "
        "by at most its own norm. Colour: loss (nats); contour levels are spaced more widely where "
        "the loss is higher."
    ),
    "report.explain-landscape": (
        "Directions are filter-normalised (Li et al. 2018, arXiv:1712.09913); biases and "
        "normalisation parameters stay fixed. Measured on {pictures:,} training images without "
        "augmentation, so the minimum need not lie in the middle."
    ),
    "report.figure-consistency-circular": (
        "Fraction of images that keep their predicted class when they shift; pixels shifted off "
        "one edge reappear at the opposite edge."
    ),
    "report.figure-accuracy-circular": "Accuracy on the same images.",
    "report.figure-consistency-border": (
        "The same, but the uncovered border is black, as when you move an image on the poolbench "
        "serve page."
    ),
    "report.figure-accuracy-border": "Accuracy on the same images with a black border.",
    "report.explain-shift": (
        "Curves: one trial of each variant on {pictures:,} of its held-out images, each shifted in "
        "one of four directions. Tables below: all trials, up to 4 pixels, border filled by "
        "reflection."
    ),
    "report.is": "true class: {name}",
    "report.taken-for": "predicted: {name}, {percent:.0f}%",
    "report.answer": "predicted: {name}",
    "report.wrong": "Most confident mistakes: {variant}",
    "report.explain-wrong": (
        "Held-out images that the recommended variant assigns to the wrong class, most confident "
        "first."
    ),
    "report.disagreed": "Where the variants disagree",
    "report.explain-disagreed": "Held-out images on which the variants' predictions disagree most.",
    "report.attention": "Where the recommended variant looks",
    "report.explain-attention": (
        "Left: the image. Right: the regions that support the prediction (Grad-CAM, Selvaraju et "
        "al. 2017); brighter means stronger support. The network did not see these images in "
        "training. Mistakes come first."
    ),
    "report.maps": "What each operator does to one image",
    "report.explain-maps": (
        "The four channels that vary most: above, at the input of the first site; below, at its "
        "output. Each pair shares one scale from black to white."
    ),
}
