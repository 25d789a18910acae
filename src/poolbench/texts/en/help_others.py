"""Help of the program itself and of the commands that do not train."""

TEXTS = {
    "help.poolbench": (
        "Find out which pooling operator suits your pictures, and whether the difference is "
        "reliable."
    ),
    # About one run.
    "help.report": "Rebuild the HTML report of a run.",
    "help.report.lab": "Also write the course report to hand in (in Russian).",
    "help.report.author": "With --lab: author on the title page.",
    "help.report.group": "With --lab: student group on the title page.",
    "help.verify": "Prove in a fresh process that the saved model predicts what was measured.",
    "help.export": (
        "Save the winner, or any trial of a run, in another form, and print the path of the file."
    ),
    "help.export.out": "The file to write. Default: in exports/ of the run.",
    "help.export.layout": "nhwc (pictures of any size) or nchw (of one size).",
    "help.export.size": "Side in pixels for layout nchw. Default: as trained.",
    "help.export.trial": "A trial of the run to save instead of the winner.",
    "help.predict": (
        "Classify pictures with a saved model.\n\nPictures that cannot be read are listed at the "
        "end."
    ),
    "help.predict.model": "A run or an exported model: its path or @NAME.",
    "help.predict.pictures": "Picture files, folders of them, or patterns such as '*.jpg'.",
    "help.predict.out": "A CSV file for the answers, one row per picture.",
    "help.serve": (
        "Serve a page for trying the models of a run or watching a study.\n\nWithout a run, the "
        "page lists all runs and their reports."
    ),
    "help.serve.run": "A run (its folder, @NAME or @last) or a folder of runs. Default: runs/.",
    "help.serve.host": (
        "Address of this machine to listen on. From other machines, the page opens only with the "
        "printed token."
    ),
    "help.serve.port": "Port; 0 picks a free one.",
    "help.serve.allow-host": "Name of a proxy in front of this server; you can repeat this option.",
    "help.page": (
        "Save the page of poolbench serve as files for any web host; the models run in the browser."
    ),
    "help.page.out": "The folder to write.",
    "help.page.bundle": "Folder of onnxruntime-web, as npm pack and tar xzf leave it.",
    "help.page.download": "Let npm download onnxruntime-web.",
    "help.push": "Make a model repository for the Hugging Face Hub: card, ONNX, weights, config.",
    "help.push.to": "The repository on the Hub.",
    "help.push.out": "The folder to write. Default: hub in the run.",
    "help.push.upload": "Upload the files as well; this needs huggingface_hub.",
    # Runs as a whole.
    "help.runs": "List your runs, the latest first; runs rm deletes some, runs diff compares two.",
    "help.runs.dir": "The folder that holds the runs.",
    "help.rm": (
        "Delete runs, but only what poolbench wrote there.\n\nIt asks first. A run that is in use "
        "stays."
    ),
    "help.rm.paths": "Runs: folders, @NAME or @last.",
    "help.rm.yes": "Delete without asking.",
    "help.diff": "Show how two runs differ: pictures, settings, versions and accuracy.",
    "help.diff.first": "A run.",
    "help.diff.second": "Another run.",
    # What there is to choose from.
    "help.recipes": (
        "List the training recipes, or print one as TOML.\n\nYou can change it and train with it: "
        "poolbench run --recipes mine.toml"
    ),
    "help.recipes.recipe": "A recipe, to print its file.",
    "help.operators": "List the pooling operators, or show the card of one.",
    "help.operators.operator": "An operator, to show its card.",
    "help.classes": "List the classes of an image set.",
    "help.doctor": "Show what this machine or a Ray cluster has, and what a study will use.",
}
