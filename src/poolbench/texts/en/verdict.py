"""The verdict in one sentence, and what one has to know to read it correctly."""

TEXTS = {
    # The verdict in one sentence.
    "verdict.winner": (
        "Winner: {variant}. It beats {rival}, its closest rival, by {points:.2f} points "
        "({percent:.3g}% interval: {low:.2f} to {high:.2f})."
    ),
    "verdict.tied": (
        "Tie: {variants}. {best} has the highest mean, and the others are within the "
        "{margin:g}-point margin of it. They count as equally accurate. {recommended} is the "
        "cheapest, so use it."
    ),
    "verdict.tied-counts": (
        "Tie: {variants}. {best} has the highest count, and the others are within the "
        "{margin:g}-point margin of it."
    ),
    "verdict.tied-but-different": (
        "{variant} is reliably better than {others}, but by less than the margin."
    ),
    "verdict.undecided": (
        "Undecided: {recommended} is the best so far, but there is too little data to tell it "
        "apart from {others}, or to call them equal within the {margin:g}-point margin (pictures: "
        "{pictures:,}; trials per variant: {trials})."
    ),
    "verdict.unbiased": (
        "Studies that stop early overstate differences; corrected for that, this one is about "
        "{points:.1f} points."
    ),
    "verdict.regret": (
        "{variant} is at most {points:.2f} points worse than the truly best variant (95% "
        "confidence)."
    ),
    "verdict.more-repeats": "With {repeats} more repeats, the chance of a decision is {chance}.",
    "verdict.more-pictures": (
        "With {pictures:,} pictures instead of {there:,} and the same repeats, it is {chance}."
    ),
    "verdict.about-percent": "about {percent}%",
    "verdict.below-percent": "below {percent}%",
    "verdict.above-percent": "above {percent}%",
    "verdict.futile": (
        "The study stopped here: even with all {repeats} remaining repeats, the chance of a "
        "decision was {chance}."
    ),
    "verdict.exploratory": (
        "Treat this verdict as exploratory: the study was judged more than once (after {repeats} "
        "repeats), which was not planned, so the chance of a false winner is above 5%."
    ),
    "verdict.nothing": (
        "Nothing was learned: no variant does better than always naming the same class "
        "({constant}). The best mean, that of {variant}, differs from it by {points:+.2f} points "
        "(interval {low:.2f} to {high:.2f}). No variant is recommended, and no model was saved."
    ),
    "verdict.nothing-advice": (
        "What to try: check that the labels match their pictures; train longer ({--epochs}); "
        "search for the learning rate ({--tune:lr}); use larger pictures ({--image-size}) or more "
        "of them. poolbench export RUN --trial ID still exports any of the networks."
    ),
    "verdict.chance": (
        "It is uncertain whether anything was learned: always naming the same class reaches "
        "{constant}, and no variant is reliably above that."
    ),
    "verdict.constant-interval": "{accuracy:.4f}, 95% interval {low:.4f} to {high:.4f}",
    "verdict.guess": (
        "This is a rough estimate: one repeat says nothing about how much results vary from repeat "
        "to repeat."
    ),
    "verdict.assumed": (
        "Assumption: the accuracies of repeated trainings have a standard deviation of {sd:g} "
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
        "All variants use the learning rate of their recipe. With the best rate for each, the "
        "ranking may change ({--tune:lr} searches for it)."
    ),
    "note.transfer": (
        "The networks start from weights pretrained with one operator, which favours that "
        "operator and similar ones: the comparison shows which operator suits these weights, not "
        "which is best when training from scratch."
    ),
    "note.metric-balanced": (
        "The largest class has more than 1.5 times as many pictures as the smallest, so the "
        "variants are compared by balanced accuracy, the mean over classes, and the test is "
        "reported in it too ({--metric:accuracy} weights all pictures equally). Loss and "
        "overfitting still weight all pictures equally."
    ),
    "note.groups-few": (
        "There are few groups (equivalent to fewer than 20 of equal size), or one holds more "
        "pictures than a fold should, so the intervals are less exact than stated."
    ),
    "note.classes-small": (
        "A class has fewer than 20 pictures, yet it counts as much as any other in balanced "
        "accuracy, so the intervals are less exact than stated."
    ),
    "note.no-look": (
        "Time ran out before the first planned look at the results. Run the same command with "
        "more time to continue."
    ),
    "note.test-watched": (
        "The lab protocol measures the test half after every epoch. Numbers chosen by it, such as "
        "the best epoch, are optimistic."
    ),
    "note.few-trials": (
        "Each variant was trained fewer than five times, so the intervals are wide. More "
        "{--repeats} narrow them."
    ),
    "note.collapsed": (
        "Collapsed trials: {count}. The network did no better than a constant answer on its own "
        "training pictures, so the trial was restarted with a quarter of the learning rate."
    ),
    "note.collapse-rate": (
        "{variant}: {count} of {trials} trials collapsed, so the true rate may be as high as "
        "{percent:.0f}% (95% confidence). The worst trial reached {worst:.4f}. The mean mixes "
        "normal and collapsed trials, so its interval is less exact than stated."
    ),
    "note.missed-classes": "{variant} recognised no picture of these classes: {classes}.",
    "note.undertrained": (
        "The held-out loss was still falling when training ended: in most trials of {variants}, "
        "it is lowest in the last tenth of the epochs. With longer training ({--epochs}), the "
        "ranking may change."
    ),
    "note.diverged": (
        "Trials that diverged: {count}. Their loss stopped being finite, and all their "
        "predictions count as wrong."
    ),
    "note.left-out": (
        "Not fully compared, because some of their trials were lost: {names}. Run the same "
        "command to try again."
    ),
    "note.duplicates": (
        "Test pictures with an exact copy in the training pool: {count}. They make the test "
        "accuracy optimistic."
    ),
    "note.near-duplicates": (
        "Test pictures that look like one in the training pool: {count}. Where both show the same "
        "thing, the test accuracy is optimistic. duplicates.csv lists them; "
        "{--on-duplicates:drop} leaves out the training pictures."
    ),
    "note.pool-duplicates": (
        "Training pictures that equal or resemble an earlier one: {count}. Where one is trained "
        "on and the other held out, the accuracy is optimistic. duplicates.csv lists them; "
        "{--on-duplicates:drop} leaves out the later ones."
    ),
    "note.near-share": (
        "Judging by the pairs with different labels, at least {percent:.0f}% of the pictures that "
        "look alike show different things, and more do if pictures within a class resemble each "
        "other."
    ),
    "note.dropped-duplicates": (
        "Pictures left out of the training pool because they equal or resemble a test picture or "
        "an earlier one: {count}. duplicates.csv lists them."
    ),
    "note.not-verified": (
        "The saved model failed verification: it does not reproduce its recorded predictions."
    ),
}
