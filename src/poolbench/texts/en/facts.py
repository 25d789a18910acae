"""What is told of pictures: what was not read, what was shrunk, what shows nothing."""

TEXTS = {
    "facts.unread": "Not read: {parts}.",
    "facts.unread-deep": (
        "pictures in deeper folders, {files} (--groups subfolder reads such pictures)"
    ),
    "facts.unread-no-reader": (
        "pictures in formats that nothing here reads, {files} (for HEIC: pip install pillow-heif)"
    ),
    "facts.unread-misnamed": "pictures whose names end in something else, or in nothing, {files}",
    "facts.unread-special": "pipes and devices, {files}",
    "facts.unread-loose": "pictures beside the class folders, {files}",
    "facts.unread-unlabelled": "pictures of a half that lie in no class folder, {files}",
    "facts.unread-beside": "pictures beside the halves, {files}",
    "facts.unread-link": "links to folders, {files}",
    "facts.unread-closed": "folders that cannot be opened, {files}",
    "facts.unread-run": "files of poolbench's own runs, {files}",
    "facts.unread-other": "files that are not pictures, {files}",
    "facts.unread-system": "hidden files and what operating systems leave behind, {files}",
    "facts.no-ending": "without an ending",
    "facts.resized": (
        "No size was named, so the pictures were brought to {height} × {width} px (the first one "
        "has {rows} × {columns}). --image-size sets another size."
    ),
    "facts.narrow": (
        "Warning: pictures of nearly one brightness: {count}; each uses only a small part of the "
        "values from 0 to 255. The whole set ranges from {low} to {high}. Look at the pictures "
        "before you believe a result."
    ),
    "facts.sixteen-bits": (
        "They are kept in 16 bits, where values of 8 or 12 bits look nearly black: multiply them "
        "so that white is 65535 (8 bits by 257, 12 bits by 16), or save them with 8 bits."
    ),
    "facts.constant": "Warning: pictures of a single colour throughout: {count} (such as {names}).",
}
