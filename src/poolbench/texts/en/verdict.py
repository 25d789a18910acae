"""The verdict in one sentence, and what one has to know to read it correctly."""

TEXTS = {
    # The verdict in one sentence.
    "verdict.winner": (
        "Winner: {variant}. It beats {rival}, its closest rival, by {points:.2f} points "
        "({percent:.3g}% confidence interval: {low:.2f} to {high:.2f})."
    ),
    "verdict.tied": (
        "Tie: {variants:and}. {best} has the highest mean, and the others are within the "
        "{margin:g}-point margin of it. They count as equally accurate. {recommended} is the "
        "cheapest, so use it."
    ),
    "verdict.tied-counts": (
        "Tie: {variants:and}. {best} has the highest count, and the others are within the "
        "{margin:g}-point margin of it."
    ),
    "verdict.tied-but-different": (
        "{variant} is reliably better than {others:and}, but by less than the margin."
    ),
    "verdict.undecided": (
        "Undecided: {recommended} is the best so far, but there is too little data to tell it "
        "apart from {others:and}, or to call them equal within the {margin:g}-point margin "
        "({pictures:,} {pictures:image|images}; {trials} {trials:trial|trials} per variant)."
    ),
    "verdict.unbiased": (
        "The study stopped early, and studies that do so tend to overstate differences; after "
        "correction, the difference is about {points:.1f} points."
    ),
    "verdict.regret": (
        "{variant} is at most {points:.2f} points worse than whichever variant is truly best (95% "
        "confidence)."
    ),
    "verdict.more-repeats": (
        "With {repeats} more {repeats:repeat|repeats}, the chance of a decision is {chance}."
    ),
    "verdict.more-pictures": (
        "With {pictures:,} images instead of {there:,} and the same number of repeats, it is "
        "{chance}."
    ),
    "verdict.about-percent": "about {percent}%",
    "verdict.below-percent": "below {percent}%",
    "verdict.above-percent": "above {percent}%",
    "verdict.futile": (
        "The study stopped here: even with the remaining {repeats} {repeats:repeat|repeats}, the "
        "chance of a decision was {chance}."
    ),
    "verdict.exploratory": (
        "Treat this verdict as exploratory: the study was evaluated more than once (after "
        "{repeats:and} repeats), which was not planned, so the chance of a false winner is above "
        "5%."
    ),
    "verdict.nothing": (
        "Nothing was learned: no variant does better than always predicting the same class "
        "({constant}). The best mean, that of {variant}, differs from it by {points:+.2f} points "
        "(interval: {low:.2f} to {high:.2f}). No variant is recommended, and no model was saved."
    ),
    "verdict.nothing-advice": (
        "What to try: check that the labels match their images; train longer ({--epochs}); search "
        "for the learning rate ({--tune:lr}); use larger images ({--image-size}) or more of them. "
        "poolbench export RUN --trial ID still exports any of the networks."
    ),
    "verdict.chance": (
        "It is uncertain whether anything was learned: always predicting the same class reaches "
        "{constant}, and no variant is reliably above that."
    ),
    "verdict.constant-interval": "{accuracy:.4f}, 95% confidence interval {low:.4f} to {high:.4f}",
    "verdict.guess": (
        "This is a rough estimate: one repeat says nothing about how much results vary from repeat "
        "to repeat."
    ),
    "verdict.assumed": (
        "Assumption: the accuracies of repeated training runs have a standard deviation of {sd:g} "
        "points. The comparison is unpaired."
    ),
    "verdict.single": "There is only one variant, so there is nothing to compare it with.",
    "verdict.one-trial": (
        "Undecided: one trial per variant can't tell a difference from chance. Best so far: "
        "{recommended}."
    ),
    # What has to be known to read the verdict correctly.
    "note.positions-differ": (
        "The variants differ not only in the operator but also in where it sits in the network, "
        "and so in multiply-adds. The operator alone does not explain the differences."
    ),
    "note.not-tuned": (
        "All variants use the learning rate of their recipe. With the best learning rate for each "
        "variant, the ranking may change. To search for these rates, use {--tune:lr}."
    ),
    "note.transfer": (
        "The networks start from weights pretrained with one operator, which favours that "
        "operator and similar ones: the comparison shows which operator suits these weights, not "
        "which is best when training from scratch."
    ),
    "note.metric-balanced": (
        "The largest class has more than 1.5 times as many images as the smallest, so the variants "
        "are compared by balanced accuracy, the mean over classes, and the test is reported in it "
        "too ({--metric:accuracy} weights all images equally). Loss and overfitting still weight "
        "all images equally."
    ),
    "note.groups-few": (
        "There are few groups (equivalent to fewer than 20 of equal size), or one holds more "
        "images than a fold should, so the intervals are less exact than stated."
    ),
    "note.classes-small": (
        "A class has fewer than 20 images, yet it counts as much as any other in balanced "
        "accuracy, so the intervals are less exact than stated."
    ),
    "note.no-look": (
        "Time ran out before the first planned look at the results. Run the same command with "
        "more time to continue."
    ),
    "note.test-watched": (
        "The lab protocol evaluates on the test set after every epoch. Numbers chosen by it, such "
        "as the best epoch, are optimistic."
    ),
    "note.few-trials": (
        "Each variant was trained fewer than five times, so the intervals are wide. To "
        "narrow them, increase {--repeats}."
    ),
    "note.collapsed": (
        "{count} {count:trial|trials} collapsed: the network did no better on its own training "
        "images than always predicting the same class. {count:It was|Each was} restarted with a "
        "quarter of the learning rate."
    ),
    "note.collapse-rate": (
        "{variant}: {count} of {trials} trials collapsed, so the true rate may be as high as "
        "{percent:.0f}% (95% confidence). The worst trial reached {worst:.4f}. The mean mixes "
        "normal and collapsed trials, so its interval is less exact than stated."
    ),
    "note.missed-classes": "{variant} recognised no image of these classes: {classes}.",
    "note.undertrained": (
        "The held-out loss was still falling when training ended: in most trials of "
        "{variants:and}, it was lowest in the final 10% of training. With longer training "
        "({--epochs}), the ranking may change."
    ),
    "note.diverged": (
        "{count} {count:trial|trials} diverged: the loss stopped being finite, and all "
        "{count:its|their} predictions count as wrong."
    ),
    "note.left-out": (
        "{names:and} could not be fully compared, because some trials were lost. Run the same "
        "command to try again."
    ),
    "note.duplicates": (
        "{count} test {count:image has an exact copy|images have exact copies} among the training "
        "images, which makes the test accuracy optimistic."
    ),
    "note.near-duplicates": (
        "{count} test {count:image looks|images look} like a training image. Where both show the "
        "same thing, the test accuracy is optimistic. duplicates.csv lists them; "
        "{--on-duplicates:drop} leaves out the training images."
    ),
    "note.pool-duplicates": (
        "{count} training {count:image equals or resembles|images equal or resemble} an earlier "
        "one. Where one is trained on and the other held out, the accuracy is optimistic. "
        "duplicates.csv lists them; {--on-duplicates:drop} leaves out the later ones."
    ),
    "note.near-share": (
        "Judging by the pairs with different labels, at least {percent:.0f}% of the images that "
        "look alike show different things, and more do if images within a class resemble each "
        "other."
    ),
    "note.dropped-duplicates": (
        "{count} {count:image was|images were} left out of the training images because {count:it "
        "equals or resembles|they equal or resemble} a test image or an earlier one. "
        "duplicates.csv lists them."
    ),
    "note.not-verified": (
        "The saved model failed verification: it does not reproduce its recorded predictions."
    ),
}
