"""The page: a photograph that is cropped, where a picture was moved to, what stays in sight."""

TEXTS = {
    "page.crop-label": (
        "The photograph. Use the arrow keys to move the square, plus and minus to resize it, and "
        "Home to centre it."
    ),
    "page.crop-hint": (
        "Drag the square over what the network should see; drag its corner to resize it. On the "
        "keyboard, use the arrow keys to move it, + and − to resize it, and Home to centre it."
    ),
    "page.crop-size": "Size",
    "page.cut": "What the network sees",
    "page.cut-square": "the square",
    "page.cut-whole-crop": "the middle, as in training",
    "page.cut-whole-pad": "the whole image with a border, as in training",
    "page.cut-whole-squash": "the whole image, squashed, as in training",
    "page.gallery-hint": "Use the arrow keys to move between images and Enter to choose one.",
    "page.shift-up": "{pixels} px up",
    "page.shift-down": "{pixels} px down",
    "page.shift-left": "{pixels} px left",
    "page.shift-right": "{pixels} px right",
    "page.shift-none": "not moved",
    "serve.refused-fit": "Unknown resizing method.",
}
