"""The page: a photograph that is cropped, where a picture was moved to, what stays in sight."""

TEXTS = {
    "page.crop-label": (
        "The photograph. The arrow keys move the square, plus and minus change its size, Home "
        "centres it."
    ),
    "page.crop-hint": (
        "Drag the square over what the network should see; drag its corner to resize it. With the "
        "keyboard, the arrow keys move it, + and − resize it, and Home centres it."
    ),
    "page.crop-size": "Size",
    "page.cut": "What the network sees",
    "page.cut-square": "the square",
    "page.cut-whole-crop": "the middle, as in training",
    "page.cut-whole-pad": "the whole picture with a border, as in training",
    "page.cut-whole-squash": "the whole picture, squashed, as in training",
    "page.gallery-hint": (
        "With the keyboard, the arrow keys go from picture to picture, and Enter chooses one."
    ),
    "page.shift-up": "{pixels} px up",
    "page.shift-down": "{pixels} px down",
    "page.shift-left": "{pixels} px left",
    "page.shift-right": "{pixels} px right",
    "page.shift-none": "not moved",
    "serve.refused-fit": "There is no such way to resize a picture.",
}
