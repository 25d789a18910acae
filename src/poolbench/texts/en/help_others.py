"""Help of the program itself and of the commands that do not train."""

TEXTS = {
    "help.poolbench": (
        "Find out which pooling operator suits your images, and whether the difference is reliable."
    ),
    # About one run.
    "help.report": "Rebuild the HTML report of a run.",
    "help.report.lab": "Also write the course report to hand in (in Russian).",
    "help.report.author": "With --lab: author on the title page.",
    "help.report.group": "With --lab: student group on the title page.",
    "help.verify": (
        "Check in a fresh process that the saved model reproduces its recorded predictions."
    ),
    "help.export": "Export the winner, or any trial of a run, to a file, and print its path.",
    "help.export.out": "The file to write. Default: in the run's exports/ folder.",
    "help.export.layout": "nhwc (images of any size) or nchw (of one size).",
    "help.export.size": "Side length in pixels, for layout nchw. Default: as trained.",
    "help.export.trial": "The trial to export instead of the winner.",
    "help.predict": (
        "Classify images with a saved model.\n\nImages that cannot be read are listed at the end."
    ),
    "help.predict.model": "A run or an exported model: its path or @NAME.",
    "help.predict.pictures": "Image files, folders of them, or patterns such as '*.jpg'.",
    "help.predict.out": "CSV file to write the predictions to, one row per image.",
    "help.serve": (
        "Serve a page where you can try the models of a run or watch a study.\n\nWithout a run, "
        "the page lists all runs and their reports."
    ),
    "help.serve.run": "A run (its folder, @NAME or @last) or a folder of runs. Default: runs/.",
    "help.serve.host": (
        "Address of this machine to listen on. From other machines, the page opens only with the "
        "token shown in the terminal."
    ),
    "help.serve.port": "Port; 0 picks a free one.",
    "help.serve.allow-host": (
        "Host name of a proxy in front of this server; you can repeat this option."
    ),
    "help.page": (
        "Save the poolbench serve page as files for any web host; the models run in the browser."
    ),
    "help.page.out": "The folder to write.",
    "help.page.bundle": "Folder of the onnxruntime-web package, unpacked after npm pack.",
    "help.page.download": "Let npm download onnxruntime-web.",
    "help.push": (
        "Prepare a model repository for the Hugging Face Hub: card, ONNX, weights, config."
    ),
    "help.push.to": "The repository on the Hub.",
    "help.push.out": "The folder to write. Default: hub/ in the run's folder.",
    "help.push.upload": "Upload the files as well; this needs huggingface_hub.",
    # Runs as a whole.
    "help.runs": "List your runs, latest first; runs rm deletes runs, runs diff compares two.",
    "help.runs.dir": "The folder that holds the runs.",
    "help.rm": (
        "Delete runs, but only the files that poolbench wrote.\n\nAsks before deleting. A run that "
        "is in use is kept."
    ),
    "help.rm.paths": "Runs: folders, @NAME or @last.",
    "help.rm.yes": "Delete without asking.",
    "help.diff": "Show how two runs differ: images, settings, versions and accuracy.",
    "help.diff.first": "A run.",
    "help.diff.second": "Another run.",
    # What there is to choose from.
    "help.recipes": (
        "List the training recipes, or print one as TOML.\n\nSave it to a file, edit it and train "
        "with it: poolbench run --recipes mine.toml"
    ),
    "help.recipes.recipe": "The recipe to print.",
    "help.operators": "List the pooling operators, or show the card of one of them.",
    "help.operators.operator": "The operator whose card to show.",
    "help.classes": "List the classes of an image set.",
    "help.doctor": "Show what this machine or a Ray cluster has, and what a study will use.",
}
