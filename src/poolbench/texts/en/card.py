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
    "card.probably": "More repeats will probably settle it ({repeats} more: {chance}).",
    "card.perhaps": "More repeats may settle it ({repeats} more: {chance}).",
    "card.unlikely": "More repeats are unlikely to settle it ({repeats} more: {chance}).",
    "card.unlikely-pictures": (
        "More repeats are unlikely to settle it ({repeats} more: {chance}); more pictures would "
        "help (with {pictures:,} in all, the chance is {by_pictures})."
    ),
    "card.one-trial": "One trial of each variant isn't enough to tell them apart.",
    "card.single": "{variant} is the only variant, so there is nothing to compare it with.",
    "card.nothing": "Use none of them: no variant does better than always naming one class.",
    "card.nothing-advice-drawn": (
        "What to try: train longer ({--epochs}); search for the learning rate ({--tune:lr}). "
        "poolbench drew these pictures, so their labels are right. poolbench export RUN --trial "
        "ID still exports any of the networks."
    ),
    # Who was compared, and the numbers of the variant that the card speaks of.
    "card.compared": "Compared",
    "card.compared-many": "Compared: {count} variants",
    "card.held-out": "Held-out {metric} of {variant}",
    "card.held-out-value": (
        "{value:.4f} (95% interval {low:.4f} to {high:.4f}; pictures: {pictures:,}, trials: "
        "{trials})"
    ),
    "card.metric-accuracy": "accuracy",
    "card.metric-balanced-accuracy": "balanced accuracy",
    "card.test": "Saved model on the test half: {metric}",
    "card.test-value": "{value:.4f} (95% interval {low:.4f} to {high:.4f}; pictures: {pictures:,})",
    "card.cost": "Cost of {variant}",
    "card.cost-value": (
        "{multiply_adds} multiply-adds per picture; {parameters:,} parameters; {seconds:,.1f} s "
        "of training (mean; trials: {trials})"
    ),
    "card.basis": "Based on",
    "card.terms": (
        "Variant: a network with one operator and one training recipe. Trial: one training of one "
        "variant. Site: a place in the network where the operator sits."
    ),
    # How many pictures and trainings a figure is made of.
    "card.samples-paired": (
        "n: {pictures:,} held-out pictures, each predicted in every repeat; trials per variant: "
        "{trials}."
    ),
    "card.samples-trials": "n (trials per variant): {trials}.",
    "card.samples-predictions": "n: {pictures:,} held-out pictures; trials per variant: {trials}.",
    "card.samples-shift": "n: {pictures:,} held-out pictures; one trial per variant.",
    "card.samples-landscape": "n: {pictures:,} training pictures; one network.",
    # Folded parts.
    "card.scroll": "scroll →",
    "card.read-on": "How to read this",
    "card.all-rows": "All {count:,} rows",
    "card.excerpt-first": "The first {count} of {total:,}.",
    "card.excerpt-worst": "The {count} of {total:,} with the lowest F1, lowest first.",
    "card.excerpt-fewest": "The {count} of {total:,} with the fewest pictures, fewest first.",
    "card.more-panels": "{count} more variants",
    "card.more-pictures": "{count} more pictures",
    "card.more-notes": "{count} more notes",
    "card.keys": "Legend ({count})",
    "card.show-config": "Show config.toml",
    "card.other-variants": "others: {count}",
    "card.range-of-others": "others, held-out, 10 to 90%",
    "card.chosen-note": (
        "In colour: the recommended variant and the best of {total}; the others are grey."
    ),
    # The most frequent confusions.
    "card.confused-caption": "{variant}: the most frequent confusions",
    "card.confused-true": "true class",
    "card.confused-said": "predicted class",
    "card.confused-share": "share of the true class, %",
    "card.confused-count": "pictures",
    # Protocols and fits, in words.
    "card.protocol-cv": "repeated cross-validation (cv)",
    "card.protocol-lab": "published split, as in the course (lab)",
    "card.fit-crop": "centre crop",
    "card.fit-pad": "padding to the required shape",
    "card.fit-squash": "stretching to the required shape",
    "card.yes": "yes",
    "card.no": "no",
    # Facts about the pictures.
    "fact.skipped": "unreadable pictures, left out",
    "fact.ignored_folders": "folders left out",
    "fact.validation_joined": "validation pictures added to the training pool",
    "fact.groups_across_halves": "groups in both halves",
    "fact.resized_from": "original height and width, px",
    "fact.seed": "seed",
    "fact.repetition": "repetition",
    "fact.duplicates.test_exact": "test pictures with an exact copy in the training pool",
    "fact.duplicates.test_near": "test pictures similar to one in the training pool",
    "fact.duplicates.pool_exact": "training pictures that copy an earlier one",
    "fact.duplicates.pool_near": "training pictures similar to an earlier one",
    "fact.duplicates.other_label": "duplicates with different labels",
    "fact.duplicates.dropped": "duplicates left out",
    "fact.duplicates.threshold": "lowest similarity of near duplicates (0 to 1)",
    "fact.duplicates.false_share": (
        "estimated share of near duplicates that show different things (0 to 1)"
    ),
    "fact.duplicates_across_halves": "test pictures with an exact copy in the training pool",
    "fact.remark": "remark",
    # How the pictures of a known-answer task are drawn.
    "fact.needle_sd": "brightness of the needle, standard deviations of the noise",
    "fact.levels_per_sd": "standard deviation of the noise, grey levels",
    "fact.sparse_rate": "share of dots in the sparse class (0 to 1)",
    "fact.dense_rate": "share of dots in the dense class (0 to 1)",
    "fact.dot_levels": "brightness of a dot, grey levels",
    "fact.shift_sd": "shift of the mean, standard deviations of the noise",
    "fact.grey_level": "mean brightness, grey levels",
    "fact.signal_levels": "amplitude of the signal, grey levels",
    "fact.signal_sd": "amplitude of the signal, standard deviations of the noise",
    "fact.nuisance_levels_sd": "standard deviation of the fine gratings, grey levels",
    "fact.noise_levels_sd": "standard deviation of the noise, grey levels",
    "fact.object_pixels": "side of the square, px",
    "fact.object_levels": "brightness of the square, grey levels",
    # Facts about the machine.
    "machine.python": "Python version",
    "machine.system": "operating system",
    "machine.processor": "processor",
    "machine.cores": "processor cores",
    "machine.memory_bytes": "memory",
    "machine.device": "trained on",
    "machine.library": "version of {name}",
    "machine.variable": "environment variable {name}",
    "machine.fingerprint": "fingerprint of machine and libraries",
    "machine.poolbench": "version of poolbench",
    "machine.language": "language of the study",
}
