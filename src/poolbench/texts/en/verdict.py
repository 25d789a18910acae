"""The verdict in one sentence, and what one has to know to read it correctly."""

TEXTS = {
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
        "are wide. More --repeats narrow them."
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
}
