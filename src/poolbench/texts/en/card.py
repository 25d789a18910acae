"""The card at the top of a report, and the names of facts in its tables."""

TEXTS = {
    # What came of it, in a word or two.
    "card.kind-winner": "Winner",
    "card.kind-tied": "Tie",
    "card.kind-undecided": "Undecided",
    "card.kind-nothing-learned": "Nothing learned",
    "card.kind-single": "One variant",
    # What to do, in a line.
    "card.winner": (
        "Use {variant}: {points:.1f} points more accurate than {rival}, its closest rival{cost}."
    ),
    "card.winner-corrected": (
        "Use {variant}: about {points:.1f} points more accurate than {rival}, its closest "
        "rival{cost}."
    ),
    "card.winner-barely": "Use {variant}: more accurate than {rival}, its closest rival{cost}.",
    "card.tied": (
        "Use {variant}: as accurate as {others} within the {margin:g}\N{NON-BREAKING HYPHEN}point "
        "margin{cost}."
    ),
    "card.others": "the others",
    "card.others-counted": "{count} others",
    "card.and": "{first} and {last}",
    "card.cheaper": ", at 1/{times:.1f} of the multiply-adds",
    "card.cheaper-range": ", at 1/{high:.1f} to 1/{low:.1f} of the multiply-adds",
    "card.cheaper-up-to": ", at as little as 1/{high:.1f} of the multiply-adds",
    "card.dearer": ", at {times:.1f} times the multiply-adds",
    "card.same-cost": ", at the same cost",
    "card.best": "Best so far: {variant}. {rest}",
    "card.not-settled": "Nothing is settled yet.",
    "card.probably": (
        "More repeats will probably settle the question (with {repeats} more, the chance is "
        "{chance})."
    ),
    "card.perhaps": (
        "More repeats may settle the question (with {repeats} more, the chance is {chance})."
    ),
    "card.unlikely": (
        "More repeats are unlikely to settle the question (with {repeats} more, the chance is "
        "{chance})."
    ),
    "card.unlikely-pictures": (
        "More repeats are unlikely to settle the question (with {repeats} more, the chance is "
        "{chance}); more images would help (with {pictures:,} in all, it is {by_pictures})."
    ),
    "card.one-trial": "One trial of each variant isn't enough to tell them apart.",
    "card.single": "{variant} is the only variant, so there is nothing to compare it with.",
    "card.nothing": (
        "Use none of them: no variant does better than always predicting the same class."
    ),
    "card.nothing-advice-drawn": (
        "What to try: train longer ({--epochs}); search for the learning rate ({--tune:lr}). "
        "poolbench drew these images, so their labels are right. poolbench export RUN --trial ID "
        "still exports any of the networks."
    ),
    # Who was compared, and the numbers of the variant that the card speaks of.
    "card.compared": "Compared",
    "card.compared-many": "Compared: {count} variants",
    "card.held-out": "Held-out {metric} of {variant}",
    "card.held-out-value": (
        "{value:.4f} (95% confidence interval: {low:.4f} to {high:.4f}; {pictures:,} "
        "{pictures:image|images}, {trials} {trials:trial|trials})"
    ),
    "card.metric-accuracy": "accuracy",
    "card.metric-balanced-accuracy": "balanced accuracy",
    "card.test": "Test {metric} of the saved model",
    "card.test-value": (
        "{value:.4f} (95% confidence interval: {low:.4f} to {high:.4f}; {pictures:,} "
        "{pictures:image|images})"
    ),
    "card.cost": "Cost of {variant}",
    "card.cost-value": (
        "{multiply_adds} multiply-adds per image; {parameters:,} parameters; {seconds:,.1f} s of "
        "training (mean of {trials} {trials:trial|trials})"
    ),
    "card.basis": "Based on",
    "card.terms": (
        "Variant: a network with one operator and one training recipe. Trial: one training run of "
        "one variant. Site: a place in the network where the operator sits."
    ),
    # How many pictures and trainings a figure is made of.
    "card.samples-paired": (
        "n: {pictures:,} held-out images, each classified once per repeat; {trials} "
        "{trials:trial|trials} per variant."
    ),
    "card.samples-trials": "n: {trials} {trials:trial|trials} per variant.",
    "card.samples-predictions": (
        "n: {pictures:,} held-out images; {trials} {trials:trial|trials} per variant."
    ),
    "card.samples-shift": "n: {pictures:,} held-out images; one trial per variant.",
    "card.samples-landscape": "n: {pictures:,} training images; one network.",
    # Folded parts.
    "card.scroll": "scroll →",
    "card.read-on": "How to read this",
    "card.all-rows": "All {count:,} {count:row|rows}",
    "card.excerpt-first": "The first {count} of {total:,} rows.",
    "card.excerpt-worst": "The {count} of {total:,} with the lowest F1, lowest first.",
    "card.excerpt-fewest": "The {count} of {total:,} with the fewest images, fewest first.",
    "card.more-panels": "{count} more {count:variant|variants}",
    "card.more-pictures": "{count} more {count:image|images}",
    "card.more-notes": "{count} more {count:note|notes}",
    "card.keys": "Legend ({count})",
    "card.show-config": "Show config.toml",
    "card.other-variants": "{count} {count:other|others}",
    "card.range-of-others": "other variants, held-out, 10th to 90th percentile",
    "card.chosen-note": (
        "In colour: the recommended variant and the best of {total}; the others are grey."
    ),
    # The most frequent confusions.
    "card.confused-caption": "{variant}: the most frequent confusions",
    "card.confused-true": "true class",
    "card.confused-said": "predicted class",
    "card.confused-share": "share of the true class (%)",
    "card.confused-count": "predictions",
    # Protocols and fits, in words.
    "card.protocol-cv": "repeated cross-validation (cv)",
    "card.protocol-lab": "published split, as in the course (lab)",
    "card.fit-crop": "centre crop",
    "card.fit-pad": "padding to the required shape",
    "card.fit-squash": "stretching to the required shape",
    "card.yes": "yes",
    "card.no": "no",
    # Facts about the pictures.
    "fact.skipped": "unreadable images left out",
    "fact.ignored_folders": "folders left out",
    "fact.validation_joined": "validation images added to the training images",
    "fact.groups_across_halves": "groups in both the training and the test images",
    "fact.resized_from": "original height and width (px)",
    "fact.seed": "seed",
    "fact.repetition": "repetition",
    "fact.duplicates.test_exact": "test images with an exact copy among the training images",
    "fact.duplicates.test_near": "test images with a near duplicate among the training images",
    "fact.duplicates.pool_exact": "training images that are exact copies of an earlier one",
    "fact.duplicates.pool_near": "training images that are near duplicates of an earlier one",
    "fact.duplicates.other_label": "duplicates with different labels",
    "fact.duplicates.dropped": "duplicates left out",
    "fact.duplicates.threshold": "similarity threshold for near duplicates (0 to 1)",
    "fact.duplicates.false_share": (
        "estimated fraction of near duplicates that are false matches (0 to 1)"
    ),
    "fact.duplicates_across_halves": "test images with an exact copy among the training images",
    "fact.remark": "remark",
    # How the pictures of a known-answer task are drawn.
    "fact.needle_sd": "brightness of the needle (standard deviations of the noise)",
    "fact.levels_per_sd": "standard deviation of the noise (grey levels)",
    "fact.sparse_rate": "share of dots in the sparse class (0 to 1)",
    "fact.dense_rate": "share of dots in the dense class (0 to 1)",
    "fact.dot_levels": "brightness of a dot (grey levels)",
    "fact.shift_sd": "shift of the mean (standard deviations of the noise)",
    "fact.grey_level": "mean brightness (grey levels)",
    "fact.signal_levels": "amplitude of the signal (grey levels)",
    "fact.signal_sd": "amplitude of the signal (standard deviations of the noise)",
    "fact.nuisance_levels_sd": "standard deviation of the fine gratings (grey levels)",
    "fact.noise_levels_sd": "standard deviation of the noise (grey levels)",
    "fact.object_pixels": "side of the square (px)",
    "fact.object_levels": "brightness of the square (grey levels)",
    # Facts about the machine.
    "machine.python": "Python version",
    "machine.system": "operating system",
    "machine.processor": "processor",
    "machine.cores": "processor cores",
    "machine.memory_bytes": "memory",
    "machine.device": "trained on",
    "machine.library": "{name} version",
    "machine.variable": "environment variable {name}",
    "machine.fingerprint": "fingerprint of machine and libraries",
    "machine.poolbench": "poolbench version",
    "machine.language": "language of the study",
}
