"""The page: a photograph that is cropped, where a picture was moved to, what stays in sight."""

TEXTS = {
    "page.crop-label": (
        "The photograph. The arrow keys move the square, plus and minus change its size, Home "
        "brings it back to the middle."
    ),
    "page.crop-hint": (
        "Drag the square over what the network should see; its corner changes the size. By "
        "keyboard: the arrow keys move it, + and − change the size, Home brings it back."
    ),
    "page.crop-size": "Size",
    "page.cut": "What the network sees",
    "page.cut-square": "the square",
    "page.cut-whole-crop": "the middle, as in training",
    "page.cut-whole-pad": "the whole picture with a border, as in training",
    "page.cut-whole-squash": "the whole picture, squashed as in training",
    "page.gallery-hint": "By keyboard: the arrow keys go from one to the next, Enter takes it.",
    "page.shift-up": "{pixels} px up",
    "page.shift-down": "{pixels} px down",
    "page.shift-left": "{pixels} px left",
    "page.shift-right": "{pixels} px right",
    "page.shift-none": "not moved",
    "serve.refused-fit": "There is no such way to bring a picture to size.",
}
