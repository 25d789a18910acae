"""The page and its server."""

TEXTS = {
    # What the program says while it serves, or after it wrote the page.
    "serve.place": "Serving {path}: {url}  (press Ctrl+C to stop)",
    "serve.token": (
        "Other machines can reach this server. Anyone who has the full address, including the "
        "token, can use the page; nobody else can."
    ),
    "serve.port-taken": "Port {port} is taken; using {found}.",
    "serve.unfinished": "The study in {path} is not finished: the page shows its progress.",
    "serve.stopped": "Stopped.",
    "serve.page": "Page: {path}",
    # What the server answers when it refuses.
    "serve.refused-host": (
        "This server does not accept requests for that host name. Open the address shown in the "
        "terminal."
    ),
    "serve.refused-head": "The address or the browser's headers are too long.",
    "serve.refused-busy": "Too many requests at the moment. Try again in a few seconds.",
    "serve.refused-origin": "The request came from a page on another site and was refused.",
    "serve.refused-token": (
        "The token is missing or wrong. Open the complete address shown in the terminal."
    ),
    "serve.refused-path": "There is nothing at this address.",
    "serve.refused-method": "This address does not take requests of this kind.",
    "serve.refused-other": "The server can't answer this request.",
    "serve.refused-unfinished": "The study is not finished yet, so there is nothing to show.",
    "serve.refused-changing": (
        "The files of the run are changing at the moment. Try again in a few seconds."
    ),
    "serve.refused-empty": "No image arrived. Choose an image file.",
    "serve.refused-size": "The file is too large: the limit is {most} MB.",
    "serve.refused-slow": "The image arrived too slowly. Try again.",
    "serve.refused-format": (
        "This file is not an image in a known format. Choose a PNG, JPEG or WebP file."
    ),
    "serve.refused-pixels": (
        "The image has too many pixels: the limit is {most} million, and 20,000 on a side. Make it "
        "smaller."
    ),
    "serve.refused-broken": (
        "The image can't be decoded: the file is damaged, truncated or in an unusual format. Save "
        "it again and choose the new file."
    ),
    "serve.refused-pixels-shape": (
        "Expected complete images of {height} × {width} pixels, three bytes per pixel."
    ),
    "serve.refused-model": "There is no such model.",
    # The page.
    "page.title": "poolbench: try the models",
    "page.skip": "Skip to content",
    "page.navigation": "Report and language",
    "page.report": "Report",
    "page.language": "Language",
    "page.no-script": "This page needs JavaScript. It loads no scripts from other sites.",
    "page.loading": "Loading the models…",
    "page.source": "{source} · {models} {models:model|models} · {height} × {width} px",
    "page.nothing-learned": (
        "The networks in this study learned nothing, so there is no model to try. The report says "
        "what you can change."
    ),
    "page.sources-title": "Choose an image",
    "page.drop": "Drop an image here, or paste one (Ctrl+V).",
    "page.choose-file": "Choose a file",
    "page.draw": "Draw",
    "page.draw-label": "Drawing area",
    "page.draw-hint": (
        "Draw with the mouse or a finger, or use the keyboard: the arrow keys move the pen, and "
        "the space bar lowers or lifts it."
    ),
    "page.draw-color": "Pen",
    "page.draw-width": "Width",
    "page.draw-background": "Background",
    "page.draw-wipe": "Clear",
    "page.gallery": "Held-out images",
    "page.gallery-picture": "Image {number}: {name}",
    "page.private-server": (
        "Images are held in the server's memory. Only those you save for the lab report are "
        "written to disk."
    ),
    "page.private-wasm": "Images stay in your browser; nothing is sent anywhere.",
    "page.stage-title": "Move the image",
    "page.stage-label": "The image as the network sees it. Move it with the arrow keys.",
    "page.stage-hint": (
        "Drag the image or use the arrow keys: one pixel per step, four with Shift. Press Home to "
        "move it back."
    ),
    "page.truth": "True class: {name}",
    "page.own-picture": "Your image, as the network sees it",
    "page.pad": "Move the image",
    "page.move-up": "One pixel up",
    "page.move-down": "One pixel down",
    "page.move-left": "One pixel left",
    "page.move-right": "One pixel right",
    "page.move-back": "Back to the middle",
    "page.mode": "Pixels moved off the edge",
    "page.mode-circular": "reappear on the opposite side",
    "page.mode-border": "are lost; black fills the gap",
    "page.results-title": "What the models predict",
    "page.results-hint": (
        "Each card shows the predictions of one variant (a network with one operator and one "
        "training recipe) or of the saved model. The thin line marks the probability before the "
        "image was moved."
    ),
    "page.model-final": "Saved model ({variant})",
    "page.recommended": "recommended",
    "page.label-changed": "class changed",
    "page.other-classes": "all others",
    "page.map-title": "All shifts at once",
    "page.map-model": "Model",
    "page.map-label": "Probability of the class predicted without a shift, for each shift",
    "page.map-left": "← 8 px left",
    "page.map-right": "8 px right →",
    "page.map-up": "← 8 px up",
    "page.map-down": "8 px down →",
    "page.map-busy": "Computing: {share}",
    "page.map-text": (
        "'{name}' remains the most likely class for {kept} of {total} shifts. Its lowest "
        "probability is {least} ({place})."
    ),
    "page.map-hint": (
        "The colour shows the probability of the class predicted without a shift. A dot marks "
        "shifts for which another class is most likely. Click a cell to apply that shift to the "
        "image."
    ),
    "page.progress-title": "The study is still running",
    "page.progress-preparing": "Loading the images and measuring the speed of this machine.",
    "page.progress-training": "{done:,} of {total:,} {total:trial|trials} finished.",
    "page.progress-training-most": (
        "{done:,} of at most {total:,} trials finished; the study ends earlier if the question is "
        "settled."
    ),
    "page.progress-finishing": (
        "All {total:,} trials are finished. The recommended variant is now being retrained, "
        "saved and verified."
    ),
    "page.progress-finished": "The study is finished.",
    "page.progress-note": (
        "There is no report yet. When the study is finished, this page will show its models."
    ),
    "page.no-server": "The server is not responding. Is it still running?",
    "page.server-failed": "The server can't respond right now (status {status}). Try again.",
    "page.no-file": (
        "{place} can't be loaded (status {status}). Check that the page's folder is complete."
    ),
    "page.too-large": "The file is too large: the limit is {most} MB.",
    "page.too-many-pixels": (
        "The image has too many pixels: the limit is 80 million. Make it smaller."
    ),
    "page.not-decoded": (
        "The browser can't decode this file: it is not an image, or it is damaged. Choose a PNG, "
        "JPEG or WebP file."
    ),
    "page.model-failed": "The model can't be run: {error}",
}
