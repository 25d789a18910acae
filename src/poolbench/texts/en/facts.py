"""What is told of pictures: what was not read, what was shrunk, what shows nothing."""

FACTS = {
    "facts.unread": "Not read: {parts}.",
    "facts.unread-deep": (
        "pictures in deeper folders, {files} (--groups subfolder reads such pictures)"
    ),
    "facts.unread-no-reader": (
        "pictures in formats that nothing here reads, {files} (for HEIC: pip install pillow-heif)"
    ),
    "facts.unread-misnamed": "pictures whose names do not end like those of pictures, {files}",
    "facts.unread-special": "pipes and devices, {files}",
    "facts.unread-loose": "pictures beside the class folders, {files}",
    "facts.unread-unlabelled": "pictures of a half that lie in no class, {files}",
    "facts.unread-beside": "pictures beside the halves, {files}",
    "facts.unread-link": "linked folders, {files}",
    "facts.unread-closed": "folders that cannot be opened, {files}",
    "facts.unread-run": "files of poolbench's own runs, {files}",
    "facts.unread-other": "files that are no pictures, {files}",
    "facts.unread-system": "hidden files and what systems leave behind, {files}",
    "facts.no-ending": "without ending",
    "facts.resized": (
        "No size was named, and pictures were brought to {height} × {width} px (the first has "
        "{rows} × {columns}). --image-size sets another."
    ),
    "facts.narrow": (
        "Warning: pictures that are nearly of one brightness: {count}; each uses only a small part "
        "of the values from 0 to 255. All of them together go from {low} to {high}. Look at them "
        "before you believe a result."
    ),
    "facts.sixteen-bits": (
        "They are kept in 16 bits, and values of 8 or 12 bits are nearly black there: multiply "
        "them so that white is 65535 (8 bits by 257, 12 bits by 16), or save them with 8 bits."
    ),
    "facts.constant": (
        "Warning: pictures that are of one colour throughout: {count} (such as {names})."
    ),
}
