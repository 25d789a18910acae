"""Help of the commands that train: run, pretrain, lab and calibrate."""

TEXTS = {
    "help.run": (
        "Compare pooling operators on your pictures: train, judge, write the report and save the "
        "best model.\n\nWithout options, it uses the built-in image set."
    ),
    "help.run.data": "A folder or file of pictures, or an image set: {sets}.",
    "help.run.data-file": "The CIFAR archive or its unpacked folder, if you already have it.",
    "help.run.download": "Download CIFAR if it is not there yet.",
    "help.run.classes": (
        "Class names or numbers, separated by commas or spaces; labels follow this order. Put a "
        "name that contains a comma in quotation marks, as in CSV. Default: all."
    ),
    "help.run.image-size": (
        "Side in pixels of the pictures that the network sees. Default: their common size if it is "
        "at most 256, otherwise 64."
    ),
    "help.run.fit": (
        "How to bring pictures to that size: crop (cut off the edges), pad (add borders) or squash "
        "(change the proportions)."
    ),
    "help.run.on-bad": "What to do with unreadable pictures: error (stop) or skip.",
    "help.run.groups": (
        "What keeps pictures together when the set is split: subfolder, name:REGEX or column:NAME."
    ),
    "help.run.on-duplicates": (
        "What to do with copies that could be both trained on and held out: report, drop or refuse."
    ),
    "help.run.operators": (
        "Operator names or package.module:Class, separated by commas or spaces; all means every "
        "one."
    ),
    "help.run.backbones": "Networks: names or package.module:function.",
    "help.run.recipes": "Training recipes: names or TOML files.",
    "help.run.protocol": (
        "How pictures are held out: cv (repeated cross-validation) or lab (the official split, as "
        "in the course)."
    ),
    "help.run.folds": "How many folds to split the pictures into; each is held out once.",
    "help.run.repeats": (
        "How many times to repeat the split: a number, or auto to go on until the question is "
        "settled."
    ),
    "help.run.epochs": (
        "How many times the network sees each training picture. Default: as in the recipe."
    ),
    "help.run.margin": "Differences below this many accuracy points count as equal.",
    "help.run.metric": (
        "What is compared: accuracy, balanced-accuracy, or auto, which goes by the class sizes."
    ),
    "help.run.baseline": "The variant or operator to compare all others with.",
    "help.run.replicas": (
        "How many copies of every variant to train with different seeds; copies must come out "
        "equal."
    ),
    "help.run.seed": "Seed of all random numbers.",
    "help.run.device": "Where to train: auto, cpu, cuda or mps.",
    "help.run.precision": "Number format for training: auto, float32, bfloat16 or float16.",
    "help.run.workers": "How many processes work at once. Default: one per core.",
    "help.run.executor": "Where trials run: local (this machine) or ray (a Ray cluster).",
    "help.run.address": (
        "Address of the Ray cluster: auto, HOST:PORT or ray://HOST:PORT. Default: start one on "
        "this machine."
    ),
    "help.run.storage": "With Ray: a folder that all nodes share, for finished trials.",
    "help.run.allow-mixed": "With Ray: let nodes differ in processor or libraries.",
    "help.run.time-limit": "Time limit, such as 5m or 1h30m: as many repeats as fit.",
    "help.run.preset": (
        "A bundle of settings: quick, standard or thorough. It chooses the recipe, the repeats and "
        "the tuning; other options take precedence. Default: quick."
    ),
    "help.run.tune": (
        "lr searches for the learning rate of every trial; none keeps the rate of the recipe."
    ),
    "help.run.vary": (
        "Change one thing at a time around one variant: layers, kernel, width, batch, epochs or "
        "rate."
    ),
    "help.run.methods": (
        "Add each training method to one variant, or take it away, to see what helped."
    ),
    "help.run.weights": (
        "A safetensors file for the recipes that start from given weights, such as finetune."
    ),
    "help.run.no-rewrites": "Train the network exactly as written, without faster equivalents.",
    "help.run.log": "Where to log finished trials: tensorboard, mlflow or csv, comma-separated.",
    "help.run.config": "A TOML file of settings; options on the command line take precedence.",
    "help.run.out": "Folder of the run. Default: in runs/, named after the settings.",
    "help.run.name": "Name of the run: it lies in runs/NAME, and you can call it @NAME.",
    "help.run.dry-run": "Show the plan and stop.",
    "help.run.expect": (
        "With --dry-run: by how many points the best variant may lead; shows the chance of a "
        "decision."
    ),
    "help.run.open": "Open the report in the browser when it is ready.",
    # poolbench pretrain.
    "help.pretrain": (
        "Train one variant (a network with one operator and one recipe) on all pictures, and save "
        "its weights for run --weights."
    ),
    "help.pretrain.out": "The file to write.",
    "help.pretrain.operator": "Name of the operator.",
    "help.pretrain.backbone": "Name of the network.",
    "help.pretrain.recipe": "Name of the recipe, or a TOML file.",
    # poolbench lab.
    "help.lab": (
        "Do the course assignment, from the example network to the report to hand in (in Russian)."
    ),
    "help.lab.data": "An image set with a test half of its own, such as cifar100 or sample.",
    "help.lab.classes": (
        "Class names or numbers, separated by commas or spaces; labels follow this order. CIFAR "
        "needs three, for example apple,forest,lion; of other sets, all are used by default."
    ),
    "help.lab.full": "Train for the 500 epochs that the course publishes, not for a lesson's few.",
    "help.lab.author": "Author on the title page.",
    "help.lab.group": "Student group on the title page.",
    # poolbench calibrate.
    "help.calibrate": "Check poolbench itself on tasks whose answers are known.",
    "help.calibrate.thorough": "Repeat each task 40 times instead of once.",
}
