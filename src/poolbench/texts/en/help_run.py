"""Help of the commands that train: run, pretrain, lab and calibrate."""

TEXTS = {
    "help.run": (
        "Compare pooling operators on your images: train, evaluate, write the report and save the "
        "best model.\n\nBy default, uses the built-in image set 'cells'."
    ),
    "help.run.data": (
        "A folder of images, a file that contains or lists them, or an image set: {sets}."
    ),
    "help.run.data-file": "The CIFAR archive or its unpacked folder, if you already have it.",
    "help.run.download": "Download CIFAR if it has not been downloaded yet.",
    "help.run.classes": (
        "Class names or numbers, separated by commas or spaces; labels are numbered in the order "
        "given. If a name contains a comma, enclose it in quotation marks, as in CSV. Default: all."
    ),
    "help.run.image-size": (
        "Side length in pixels of the images that the network sees. Default: their common size if "
        "it is at most 256, otherwise 64."
    ),
    "help.run.fit": (
        "How to bring images to that size: crop (cut off the edges), pad (add borders) or squash "
        "(change the proportions)."
    ),
    "help.run.on-bad": "What to do with unreadable images: error (stop) or skip.",
    "help.run.groups": (
        "Which images stay together when the set is split: subfolder, name:REGEX or column:NAME."
    ),
    "help.run.on-duplicates": (
        "What to do with duplicates that could be both trained on and held out: report, drop or "
        "refuse."
    ),
    "help.run.operators": (
        "Operator names or package.module:Class, separated by commas or spaces; 'all' selects "
        "every operator."
    ),
    "help.run.backbones": "Backbone names or package.module:function.",
    "help.run.recipes": "Training recipe names or TOML files.",
    "help.run.protocol": (
        "How images are held out: cv (repeated cross-validation) or lab (the official split, as in "
        "the course)."
    ),
    "help.run.folds": "How many folds to split the images into; each is held out once.",
    "help.run.repeats": (
        "How many times to repeat the split: a number, or auto to go on until the question is "
        "settled."
    ),
    "help.run.epochs": (
        "How many times the network sees each training image. Default: as in the recipe."
    ),
    "help.run.margin": (
        "Variants that differ by less than this many accuracy points count as equal."
    ),
    "help.run.metric": (
        "What to compare: accuracy, balanced-accuracy, or auto, which depends on the class sizes."
    ),
    "help.run.baseline": "The variant or operator to compare all others with.",
    "help.run.replicas": (
        "How many copies of each variant to train, with different seeds; the copies should come "
        "out equal."
    ),
    "help.run.seed": "Seed for all random numbers.",
    "help.run.device": "Where to train: auto, cpu, cuda or mps.",
    "help.run.precision": "Number format for training: auto, float32, bfloat16 or float16.",
    "help.run.workers": "How many worker processes run at once. Default: one per core.",
    "help.run.executor": "Where trials run: local (this machine) or ray (a Ray cluster).",
    "help.run.address": (
        "Address of the Ray cluster: auto, HOST:PORT or ray://HOST:PORT. Default: start one on "
        "this machine."
    ),
    "help.run.storage": "With Ray: a folder that all nodes share, for finished trials.",
    "help.run.allow-mixed": "With Ray: allow nodes with different processors or libraries.",
    "help.run.time-limit": (
        "Time limit, such as 5m or 1h30m; the study runs as many repeats as fit."
    ),
    "help.run.preset": (
        "A bundle of settings: quick, standard or thorough. It sets the backbone, the recipe, the "
        "number of repeats, the tuning and the time limit; other options take precedence. Default: "
        "quick."
    ),
    "help.run.tune": "lr searches for each trial's learning rate; none keeps the recipe's.",
    "help.run.vary": (
        "Vary one thing at a time, starting from one variant: layers, kernel, width, batch, epochs "
        "or rate."
    ),
    "help.run.methods": (
        "Switch training methods on or off, one at a time, in one variant, to see which ones help."
    ),
    "help.run.weights": (
        "A safetensors file, for recipes that start from pretrained weights, such as finetune."
    ),
    "help.run.no-rewrites": "Train the network exactly as written, without faster equivalents.",
    "help.run.log": "Where to log finished trials: tensorboard, mlflow or csv, comma-separated.",
    "help.run.config": "A TOML file of settings; options on the command line take precedence.",
    "help.run.out": (
        "Folder to save the run in. Default: a folder in runs/ named after the settings."
    ),
    "help.run.name": "Name of the run: it is saved in runs/NAME, and you can refer to it as @NAME.",
    "help.run.dry-run": "Show the plan and exit.",
    "help.run.expect": (
        "With --dry-run: show the chance of a decision if the best variant leads by this many "
        "points."
    ),
    "help.run.open": "Open the report in the browser when it is ready.",
    # poolbench pretrain.
    "help.pretrain": (
        "Train one variant (a network with one operator and one recipe) on all images, and save "
        "its weights for run --weights."
    ),
    "help.pretrain.out": "The file to write.",
    "help.pretrain.operator": "Name of the operator.",
    "help.pretrain.backbone": "Name of the backbone.",
    "help.pretrain.recipe": "Name of the recipe, or a TOML file.",
    # poolbench lab.
    "help.lab": (
        "Do the course assignment, from the course's example network to the report to hand in (in "
        "Russian)."
    ),
    "help.lab.data": "An image set with its own test set, such as cifar100 or sample.",
    "help.lab.classes": (
        "Class names or numbers, separated by commas or spaces; labels are numbered in the order "
        "given. CIFAR needs three, for example apple,forest,lion; for other sets, the default is "
        "all classes."
    ),
    "help.lab.full": "Train for the course's 500 epochs instead of the few that fit into a lesson.",
    "help.lab.author": "Author on the title page.",
    "help.lab.group": "Student group on the title page.",
    # poolbench calibrate.
    "help.calibrate": "Check poolbench itself on tasks whose answers are known.",
    "help.calibrate.thorough": "Repeat each task 40 times instead of once.",
}
