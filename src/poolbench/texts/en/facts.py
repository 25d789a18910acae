"""What is said of pictures: what was not read, what was shrunk, what shows nothing."""

TEXTS = {
    "facts.unread": "Not read: {parts}.",
    "facts.unread-deep": "images in deeper folders, {files} (add --groups subfolder to read them)",
    "facts.unread-no-reader": (
        "images in formats that cannot be read here, {files} (for HEIC: pip install pillow-heif)"
    ),
    "facts.unread-misnamed": "images with the wrong file extension or none, {files}",
    "facts.unread-special": "pipes and devices, {files}",
    "facts.unread-loose": "images beside the class folders, {files}",
    "facts.unread-unlabelled": "images outside the class folders of a part, {files}",
    "facts.unread-beside": "images beside the folders of the parts, {files}",
    "facts.unread-link": "links to folders, {files}",
    "facts.unread-closed": "folders that cannot be opened, {files}",
    "facts.unread-run": "files of poolbench runs, {files}",
    "facts.unread-other": "files that are not images, {files}",
    "facts.unread-system": "hidden files and what operating systems leave behind, {files}",
    "facts.no-ending": "without an extension",
    "facts.resized": (
        "No size was given, so the images were resized to {height} × {width} px (the first one is "
        "{rows} × {columns}). --image-size sets another size."
    ),
    "facts.narrow": (
        "Warning: {count} {count:image has|images have} almost uniform brightness and "
        "{count:uses|use} only a small part of the range from 0 to 255. The whole set ranges from "
        "{low} to {high}. Look at the images before you trust a result."
    ),
    "facts.sixteen-bits": (
        "They are stored in 16 bits, where 8- or 12-bit values look almost black: scale them so "
        "that white is 65,535 (multiply 8-bit values by 257, 12-bit values by 16), or save them "
        "with 8 bits."
    ),
    "facts.constant": (
        "Warning: {count} {count:image is|images are} of a single colour (such as {names})."
    ),
}
