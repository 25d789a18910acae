"""What there is to choose from: classes, operators and recipes."""

TEXTS = {
    "classes.counts": "train {train_count:,}, val {val_count:,}, test {test_count:,}",
    "operators.id": "name",
    "operators.family": "family",
    "operators.year": "year",
    "operators.parameters": "parameters",
    "operators.cost": "cost",
    "operators.title": "what it does",
    "operators.note": (
        "Parameters are for 64 channels at stride 2; cost is the number of multiply-adds there, "
        "relative to max pooling. poolbench operators NAME shows a card."
    ),
    "operators.card": "The rest of the card is in English.",
    "family.plain": "plain",
    "family.mixtures": "mixture",
    "family.means": "mean",
    "family.ranks": "rank",
    "family.soft": "soft",
    "family.stochastic": "random",
    "family.antialiased": "anti-aliased",
    "family.fourier": "Fourier",
    "family.wavelets": "wavelet",
    "family.rearranging": "rearranging",
    "family.own": "your own",
    "recipe.lab": "as the course publishes it: plain SGD, 500 epochs",
    "recipe.quick": "40 epochs with a one-cycle schedule",
    "recipe.standard": "60 epochs; predictions averaged over an image and its mirror image",
    "recipe.strong": "100 epochs with colour augmentation; predictions averaged over six views",
    "recipe.finetune": "fine-tunes a whole network that starts from pretrained weights (--weights)",
    "recipe.finetune-last": "fine-tunes only the last stage, the last layer and the operators",
    "recipe.finetune-head": "fine-tunes only the last layer and the operators",
}
