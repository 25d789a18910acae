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
        "Use {variant}: about {points:.1f} points more accurate than {rival}, its closest rival"
        "{cost}."
    ),
    "card.winner-barely": "Use {variant}: more accurate than {rival}, its closest rival{cost}.",
    "card.tied": (
        "Use {variant}: as accurate as {others} within the "
        "{margin:g}\N{NON-BREAKING HYPHEN}point margin{cost}."
    ),
    "card.others": "the others",
    "card.others-counted": "{count} others",
    "card.and": "{first} and {last}",
    "card.cheaper": ", {times:.1f} times cheaper in multiply-adds",
    "card.cheaper-range": ", {low:.1f} to {high:.1f} times cheaper in multiply-adds",
    "card.cheaper-up-to": ", up to {high:.1f} times cheaper in multiply-adds",
    "card.dearer": ", at {times:.1f} times its multiply-adds",
    "card.same-cost": ", at the same cost",
    "card.best": "Best so far: {variant}. {rest}",
    "card.not-settled": "Not settled.",
    "card.probably": (
        "Not settled; more repeats probably would settle it (with {repeats} more, the chance is "
        "{chance})."
    ),
    "card.perhaps": (
        "Not settled; more repeats may settle it (with {repeats} more, the chance is {chance})."
    ),
    "card.unlikely": (
        "Not settled, and more repeats are unlikely to settle it (with {repeats} more, the chance "
        "is {chance})."
    ),
    "card.unlikely-pictures": (
        "Not settled, and more repeats are unlikely to settle it (with {repeats} more, the chance "
        "is {chance}); more pictures would help ({pictures} in all: {by_pictures})."
    ),
    "card.one-trial": "One training of each cannot tell them apart.",
    "card.single": "Only {variant} was trained, so there is nothing to compare it with.",
    "card.nothing": (
        "Use none of them: no variant does better than an answer that always names one class."
    ),
    "card.nothing-advice-drawn": (
        "What to change: train longer (--epochs); search for the learning rate (--tune lr). The "
        "program drew these pictures, so their labels are right. poolbench export RUN --trial ID "
        "exports any of the networks all the same."
    ),
    # Who was compared, and the numbers of the variant that the card speaks of.
    "card.compared": "Compared",
    "card.compared-many": "Compared: {count} variants",
    "card.held-out": "Held-out {metric} of {variant}",
    "card.held-out-value": (
        "{value:.4f} (95 % interval {low:.4f} – {high:.4f}; pictures: {pictures}, trainings: "
        "{trials})"
    ),
    "card.metric-accuracy": "accuracy",
    "card.metric-balanced-accuracy": "balanced accuracy",
    "card.test": "Saved model on the test half",
    "card.test-value": "{value:.4f} (95 % interval {low:.4f} – {high:.4f}; pictures: {pictures})",
    "card.cost": "Cost of {variant}",
    "card.cost-value": (
        "{multiply_adds} multiply-adds for one picture; {parameters} parameters; {seconds:.1f} s "
        "of training (mean; trainings: {trials})"
    ),
    "card.basis": "What it rests on",
    # How many pictures and trainings a figure is made of.
    "card.samples-paired": (
        "n: {pictures} held-out pictures, each judged in every repeat; trainings of each variant: "
        "{trials}."
    ),
    "card.samples-trials": "n: trainings of each variant: {trials}.",
    "card.samples-predictions": (
        "n: {pictures} held-out pictures; trainings of each variant: {trials}."
    ),
    "card.samples-shift": "n: {pictures} held-out pictures, one training of each variant.",
    "card.samples-landscape": "n: {pictures} pictures of the training pool, one network.",
    # Folded parts.
    "card.scroll": "scroll →",
    "card.all-rows": "All {count} rows",
    "card.excerpt-first": "The first {count} of {total}.",
    "card.excerpt-worst": "The {count} with the lowest F1, the lowest first; of {total}.",
    "card.excerpt-fewest": "The {count} with the fewest pictures, the fewest first; of {total}.",
    "card.more-panels": "{count} more variants",
    "card.more-pictures": "{count} more pictures",
    "card.more-notes": "{count} more notes",
    "card.keys": "Legend ({count})",
    "card.show-config": "Show config.toml",
    "card.other-variants": "other variants: {count}",
    "card.range-of-others": "held-out of the other variants, 10–90 %",
    "card.chosen-note": (
        "Shown in colour: the recommended variant and the best of {total}; the others are grey."
    ),
    # The most frequent confusions.
    "card.confused-caption": "{variant}: what is most often taken for what",
    "card.confused-true": "true class",
    "card.confused-said": "taken for",
    "card.confused-share": "of its pictures, %",
    "card.confused-count": "times",
    # Protocols and fits, in words.
    "card.protocol-cv": "repeated cross-validation (cv)",
    "card.protocol-lab": "official split, as in the course (lab)",
    "card.fit-crop": "cropping around the middle",
    "card.fit-pad": "fitting in, with a border",
    "card.fit-squash": "stretching, whatever the shape",
    "card.yes": "yes",
    "card.no": "no",
    # Facts about the pictures.
    "fact.skipped": "pictures left out as unreadable",
    "fact.ignored_folders": "folders left out",
    "fact.validation_joined": "pictures of a validation half that joined the pool",
    "fact.groups_across_halves": "groups in both halves",
    "fact.resized_from": "height × width as they came, px",
    "fact.seed": "seed",
    "fact.repetition": "repetition",
    "fact.duplicates.test_exact": "exact duplicates across the halves",
    "fact.duplicates.test_near": "near duplicates across the halves",
    "fact.duplicates.pool_exact": "exact duplicates in the pool",
    "fact.duplicates.pool_near": "near duplicates in the pool",
    "fact.duplicates.other_label": "duplicates with different labels",
    "fact.duplicates.dropped": "duplicates left out",
    "fact.duplicates.threshold": "least similarity of near duplicates, 0–1",
    "fact.duplicates.false_share": "near duplicates that are none, estimated share",
    "fact.duplicates_across_halves": "exact duplicates across the halves",
    "fact.remark": "remark",
    # Facts about the machine.
    "machine.python": "Python version",
    "machine.system": "operating system",
    "machine.processor": "processor",
    "machine.cores": "processor cores",
    "machine.memory_bytes": "memory, GB",
    "machine.device": "trained on",
    "machine.library": "version of {name}",
    "machine.variable": "environment variable {name}",
    "machine.fingerprint": "fingerprint of the machine",
    "machine.poolbench": "version of poolbench",
}
