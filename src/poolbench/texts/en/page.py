"""The page and its server."""

TEXTS = {
    # What the program says while it serves, or after it wrote the page.
    "serve.place": "Serving {path}: {url}  (Ctrl-C stops it)",
    "serve.token": (
        "Other machines can reach this. Whoever has the address with its token can use the page; "
        "others cannot."
    ),
    "serve.port-taken": "Port {port} is taken; using {found}.",
    "serve.unfinished": "The study in {path} is not finished yet: the page shows how far it is.",
    "serve.stopped": "Stopped.",
    "serve.page": "Page: {path}",
    # What the server answers when it refuses.
    "serve.refused-host": "This server does not go by that name: open the address that it printed.",
    "serve.refused-head": "The address or what the browser says of itself is too long.",
    "serve.refused-busy": "Too many others ask at this moment: try again in a few seconds.",
    "serve.refused-origin": "A page of another site asked for this. It is refused.",
    "serve.refused-token": "The token is missing or wrong: open the whole printed address.",
    "serve.refused-path": "There is nothing at this address.",
    "serve.refused-method": "This address is not asked in this way.",
    "serve.refused-other": "The question cannot be answered.",
    "serve.refused-unfinished": "The study is not finished yet, so there is nothing to show.",
    "serve.refused-changing": (
        "The files of the run are changing at the moment: ask again in a few seconds."
    ),
    "serve.refused-empty": "Nothing arrived: choose a picture file.",
    "serve.refused-size": "That is too large: at most {most} MB are taken.",
    "serve.refused-slow": "The picture came too slowly. Try it again.",
    "serve.refused-format": (
        "This is no picture in a format that can be read. Choose a PNG, a JPEG or a WebP, for "
        "example."
    ),
    "serve.refused-pixels": (
        "The picture has too many pixels: at most {most} million, and 20,000 on a side. Make it "
        "smaller."
    ),
    "serve.refused-broken": (
        "The picture cannot be decoded: the file is broken, cut off, or of a kind that is not "
        "known. Save it again and choose the new file."
    ),
    "serve.refused-pixels-shape": (
        "Expected whole pictures of {height} × {width} pixels, three bytes for each pixel."
    ),
    "serve.refused-model": "There is no such model.",
    # The page.
    "page.title": "poolbench: try the models",
    "page.skip": "Skip to the content",
    "page.navigation": "Report and language",
    "page.report": "Report",
    "page.language": "Language",
    "page.no-script": "This page needs JavaScript. Everything it runs came with the page itself.",
    "page.loading": "Loading the models …",
    "page.source": "{source} · models: {models} · {height} × {width} px",
    "page.nothing-learned": (
        "The networks of this study learned nothing, so there is no model to try. The report says "
        "what can be changed."
    ),
    "page.sources-title": "Choose a picture",
    "page.drop": "Drop a picture here or paste it (Ctrl+V).",
    "page.choose-file": "Choose a file",
    "page.draw": "Draw",
    "page.draw-label": "Sheet to draw on",
    "page.draw-hint": (
        "Draw with the mouse or a finger. By keyboard: the arrow keys move the pen, the space bar "
        "lowers and lifts it."
    ),
    "page.draw-color": "Pen",
    "page.draw-width": "Width",
    "page.draw-background": "Paper",
    "page.draw-wipe": "New sheet",
    "page.gallery": "Held-out pictures",
    "page.gallery-picture": "Picture {number}: {name}",
    "page.private-server": (
        "Pictures go to this server's memory only; nothing is kept unless you keep it for the "
        "report."
    ),
    "page.private-wasm": "Pictures stay in your browser: nothing is sent anywhere.",
    "page.stage-title": "Move it",
    "page.stage-label": "The picture as the network sees it. Move it with the arrow keys.",
    "page.stage-hint": (
        "Arrow keys or dragging move it by one pixel, Shift and an arrow key by four; Home brings "
        "it back."
    ),
    "page.truth": "Its true class: {name}",
    "page.own-picture": "Your picture, as the network sees it",
    "page.pad": "Move the picture",
    "page.move-up": "Up by one pixel",
    "page.move-down": "Down by one pixel",
    "page.move-left": "Left by one pixel",
    "page.move-right": "Right by one pixel",
    "page.move-back": "Back to the middle",
    "page.mode": "What leaves the picture",
    "page.mode-circular": "comes in on the other side",
    "page.mode-border": "is cut off; black comes in",
    "page.results-title": "What the models say",
    "page.results-hint": "The thin line is what the model said before the picture was moved.",
    "page.model-final": "Saved model ({variant})",
    "page.recommended": "recommended",
    "page.label-changed": "another class",
    "page.other-classes": "all others",
    "page.map-title": "All shifts at once",
    "page.map-model": "Model",
    "page.map-label": "Probability of the first predicted class over all shifts",
    "page.map-left": "← 8 px left",
    "page.map-right": "8 px right →",
    "page.map-up": "← 8 px up",
    "page.map-down": "8 px down →",
    "page.map-busy": "Computing: {share}",
    "page.map-text": (
        "{name} stays the most likely class in {kept} of {total} shifts. Its lowest "
        "probability is {least} ({place})."
    ),
    "page.map-hint": (
        "The colour is the probability of the class that was predicted for the picture at rest; a "
        "dot: another class wins there. Click a cell to go there."
    ),
    "page.progress-title": "The study is still running",
    "page.progress-preparing": "Pictures are being loaded and speed is being measured.",
    "page.progress-training": "Trainings done: {done} of {total}.",
    "page.progress-training-most": (
        "Trainings done: {done} of at most {total}; it ends earlier if it is decided."
    ),
    "page.progress-finishing": (
        "All {total} trainings are done. The recommended variant is trained once more, saved and "
        "verified."
    ),
    "page.progress-finished": "The study is finished.",
    "page.progress-note": (
        "There is no report yet. The models appear here by themselves when the study is finished."
    ),
    "page.no-server": "The server does not answer. Is it still running?",
    "page.server-failed": "The server cannot answer now (status {status}). Try again.",
    "page.no-file": "{place} cannot be loaded (status {status}). Is the folder of the page whole?",
    "page.too-large": "The file is too large: at most {most} MB are taken.",
    "page.too-many-pixels": "The picture has too many pixels: at most 80 million. Make it smaller.",
    "page.not-decoded": (
        "The browser cannot decode this file: it is no picture, or it is broken. Choose a PNG, a "
        "JPEG or a WebP, for example."
    ),
    "page.model-failed": "A model cannot be run: {error}",
}
