"""English texts of errors about files, downloads, folders and lists of pictures, and classes."""

_IN_FULL = "Write the path in full, or as ./{path} if a file or folder really has that name."
_FETCH = (
    "Check the connection and start again, or download the file some other way and name it with "
    "{--data-file:PATH}."
)
_CLASS_FOLDERS = (
    "Expected {folder}/<class>/<image>, or {folder}/train/<class>/<image> with test (and val) "
    "beside train."
)
_SUBFOLDERS = "To read images in subfolders of a class, add {--groups:subfolder}."
_AS_UTF8 = (
    'Save it as UTF-8: in Excel as "CSV UTF-8", in LibreOffice with the character set "Unicode '
    '(UTF-8)", on a command line with iconv -f CP1251 -t UTF-8 (or its actual code page).'
)
_ONE_CLASS = (
    "poolbench expects one class for each image: remove the row, or name the classes in a column "
    "called label."
)
_LEAVE_OUT = "leave the class out by listing the others in {--classes}"

TEXTS = {
    # Files.
    "error.file.unreadable": "{path} cannot be read: {error}.",
    "error.home.no-user": (
        "{path} begins with {name}, the home folder of a user, but there is no user {user!r}."
    ),
    "hint.home.no-user": _IN_FULL,
    "error.home.unset": "{path} begins with ~, your home folder, but HOME is not set.",
    "hint.home.unset": _IN_FULL,
    "file.check-path": "Check the path.",
    "file.reason.deep": "it is nested more than {most} deep",
    "file.reason.device": "it is a pipe or a device",
    "file.reason.elsewhere": "it is reached through a link that leads elsewhere",
    "file.reason.foreign": "it is damaged or of another kind ({detail})",
    "file.reason.json": "line {line}, column {column}: {detail}",
    "file.reason.large": "it has {size:,} bytes, and at most {most:,} are read",
    "file.reason.link": "it is a link",
    "file.reason.utf8": "it is not UTF-8 text",
    # Downloads.
    "error.download.failed": "{url} cannot be downloaded: {reason}.",
    "hint.download.failed": _FETCH,
    "error.download.broken-off": "{url} cannot be downloaded: {reason}.",
    "hint.download.broken-off": (
        f"{_FETCH} {{kept:,}} bytes are kept: the next attempt resumes from there."
    ),
    "error.download.large": (
        "{url} sends more than {most:,} bytes; no published file is that large."
    ),
    "hint.download.large": "Start again, or name a file that you have with {--data-file:PATH}.",
    "error.download.md5": (
        "The file from {url} has MD5 {found}; expected {md5}. It was changed or damaged in transit "
        "and is not used."
    ),
    "hint.download.md5": (
        "Start again, or download the file some other way and name it with {--data-file:PATH}."
    ),
    "error.download.not-kept": "The download from {url} cannot be saved in {folder}: {error}.",
    "hint.download.not-kept": (
        "Free some space there, or set the environment variable POOLBENCH_CACHE to another folder."
    ),
    "download.reason.connection": "the connection failed ({detail})",
    "download.reason.name": "the address of the server cannot be found; are you online?",
    "download.reason.network": "the network cannot be reached; are you online?",
    "download.reason.part": "the server sent a different part from the one requested",
    "download.reason.short": "the connection broke off at byte {done:,} of {total:,}",
    "download.reason.status": "the server answers {status} ({words})",
    # CIFAR.
    "error.cifar.archive": "{path} is not the published archive: {error}",
    "error.cifar.folder": (
        "{path} does not contain {name}. A folder of {set} contains {names:and}, as unpacked from "
        "{url}."
    ),
    "error.cifar.md5": (
        "{name} has MD5 {found}, the published file {md5}: it is damaged or a different file, so "
        "it is not read."
    ),
    "hint.cifar.md5": (
        "Fetch it again with {--download:True}, or name another with {--data-file:PATH}."
    ),
    "error.cifar.members": "it has more than {most:,} members.",
    "error.cifar.missing": (
        "{path} does not contain {names:or}: it is not the archive of {set} in the python format "
        "({url})."
    ),
    "error.cifar.no-file": "{--data-file} is {path}, but there is no such file or folder.",
    "hint.cifar.no-file": "{meant} Expected an archive, or the folder that was unpacked from it.",
    "error.cifar.not-here": "{set} is not on this machine (looked for {path}).",
    "hint.cifar.not-here": (
        "Add {--download:True} to fetch it once, or name an archive or folder that you have with "
        "{--data-file:PATH}."
    ),
    "error.cifar.pickle": "{name} cannot be unpickled: {reason}.",
    "error.cifar.size": "{name} has {size:,} bytes; no published file has {most:,}.",
    "error.cifar.tar": "{path} cannot be read as a tar archive: {reason}.",
    "hint.cifar.tar": "Fetch it again from {url}.",
    "cifar.content": "what is packed in it",
    "cifar.header": "a header",
    "cifar.member": "{name} in {path}",
    "cifar.reason.admitted": "it asks for {wanted}, and only NumPy arrays are allowed",
    # Folders.
    "error.folder.is-file": "{path} is a file, not a folder.",
    "hint.folder.is-file": "Specify a folder that holds one folder of images for each class.",
    "error.folder.missing": "There is no folder {path}.",
    "hint.folder.missing": (
        "{meant} Expected a folder that holds one folder of images for each class."
    ),
    "error.folder.halves": (
        "{path} has images in {names:and}: these are parts of an image set, not classes."
    ),
    "hint.folder.halves": (
        f"{_CLASS_FOLDERS} Or list the images and their labels in a file: {{--data:csv:FILE}}."
    ),
    "error.folder.no-pictures": "{path} contains no images.",
    "hint.folder.no-pictures": f"{_CLASS_FOLDERS} {_SUBFOLDERS}",
    "error.folder.elsewhere": (
        "{path} contains no images where poolbench looks for them. {count} {count:file is|files "
        "are} elsewhere, such as {example}."
    ),
    "hint.folder.elsewhere": f"{_CLASS_FOLDERS} {_SUBFOLDERS}",
    "error.folder.wrapped": (
        "{path} contains no images where poolbench looks for them. {count} {count:file is|files "
        "are} elsewhere, such as {example}."
    ),
    "hint.folder.wrapped": (
        f"Did you mean {{--data:folder:{{inner}}}}? {_CLASS_FOLDERS} {_SUBFOLDERS}"
    ),
    "error.folder.name": "The name of the folder {path} is not text (UTF-8).",
    "hint.folder.name": "Rename it.",
    "error.folder.same-name": (
        "{path} contains two folders named {name!r}, which differ only in how Unicode encodes the "
        "name."
    ),
    "hint.folder.same-name": "Merge them, or rename one of them.",
    "error.folder.no-groups": (
        "{path} contains arrays of images, which have neither names nor folders to group by."
    ),
    "hint.folder.no-groups": "Leave out {--groups:{groups}}.",
    "error.folder.lists": "{path} contains several lists of images: {lists}.",
    "hint.folder.lists": "Name one of them, such as {--data:csv:{first}}.",
    # Files that are left out.
    "error.unread.most": (
        "{source}: most images of these classes would be left out:\n  {lines}\n{advice}"
    ),
    "unread.class": "{name}: {read} read, {missed} left out: {files}.",
    "unread.files": "{count} {ending} (such as {example})",
    "unread.no-ending": "{count} without an extension (such as {example})",
    "unread.advice.classes": "Or choose other {--classes}.",
    "unread.advice.deep": (
        "Add {--groups:subfolder}, which reads images in deeper folders, or move them up."
    ),
    "unread.advice.heif": (
        "Install pillow-heif, which reads HEIC and HEIF (pip install pillow-heif)."
    ),
    "unread.advice.misnamed": "Give image files the extension of their format, such as .jpg.",
    "unread.advice.no-reader": "Save images in other formats as PNG or JPEG.",
    "unread.advice.special": "Replace pipes and devices with files.",
    # Groups.
    "error.groups.none": (
        "{source}: {--groups:{groups}} asks for groups, but no image belongs to one."
    ),
    "hint.groups.none": "Leave it out if each image stands alone.",
    "error.groups.names": (
        "{--groups:name:{pattern}} finds no group in the file names of {count} of {total} images: "
        "{names}."
    ),
    "hint.groups.names": (
        "Every name needs one: widen the regular expression, or rename or remove these files."
    ),
    # Lists.
    "error.list.ambiguous": "{where}: {cell!r} could mean {names:or}.",
    "hint.list.ambiguous": (
        "Write the path of one of them, with its extension, relative to the list."
    ),
    "error.list.cells": (
        "{path}, row {line}, has {cells} cells, but the first row names {columns} columns."
    ),
    "hint.list.cells": (
        'Enclose a cell that contains the delimiter in quotation marks: "Pepper, bell".'
    ),
    "error.list.columns": (
        "{path} has the columns {columns}; path and label are required, group and split are "
        "optional."
    ),
    "hint.list.columns": (
        "The first row names the columns. The path column may also be called filename, file, "
        "image, image_id or id, and the label column class."
    ),
    "error.list.column-twice": (
        "{path} names a column twice, {names!r} (columns {numbers}), so it's not clear which one "
        "counts."
    ),
    "hint.list.column-twice": "Rename or remove one of them.",
    "error.list.csv": "{path}, row {line}, cannot be read as CSV ({detail}).",
    "hint.list.csv": "Is a quotation mark missing?",
    "error.list.empty": "{path} has no row that names its columns.",
    "hint.list.empty": "Expected a first row with path and label, then one row for each image.",
    "error.list.folder": "{path} is a folder, not a list.",
    "hint.list.folder": "Specify a CSV file in it, or use {--data:folder:{path}}.",
    "error.list.group-column": (
        "{path} has no column {column!r} for {--groups:column:{column}}; its columns are {columns}."
    ),
    "error.list.label-long": (
        "{path}, row {line}: label has {count:,} characters; a class name may have at most {most}."
    ),
    "error.list.large": "{path} has {size:,} bytes; a list may have at most {most:,}.",
    "error.list.marks": (
        "{path}, row {line}: there is a 1 in {columns:and}; expected in one column only."
    ),
    "hint.list.marks": _ONE_CLASS,
    "error.list.missing": "There is no file {path}.",
    "hint.list.missing": "{meant} Expected a CSV file with the columns path and label.",
    "error.list.no-label": "{path}, row {line}: label is empty; every image needs one.",
    "error.list.no-mark": "{path}, row {line}: none of {columns:or} contains a 1.",
    "hint.list.no-mark": _ONE_CLASS,
    "error.list.no-path": "{path}, row {line}: path is empty; every image needs one.",
    "error.list.no-pictures": "{path} lists no images; expected one row for each.",
    "error.list.not-utf8": "{path} is not UTF-8 text.",
    "hint.list.not-utf8": _AS_UTF8,
    "error.list.open-cell": (
        "{path}, row {line}, cannot be read as CSV: a cell runs to the end of the file."
    ),
    "hint.list.open-cell": "Is a quotation mark missing?",
    "error.list.picture-twice": (
        "{lists} lists {name} twice: the same image could be both trained on and held out."
    ),
    "hint.list.picture-twice": "Remove one of the rows.",
    "error.list.split": ("{path}, row {line}: split is {split!r}; expected train, val or test."),
    "error.list.unclear": (
        "{path} has the columns {columns}, and any of {unclear:or} could hold the classes."
    ),
    "hint.list.unclear": "Name the right one label. Columns of 0 and 1, one per class, also work.",
    "error.list.zero-bytes": "{path}, row {line}, has zero bytes.",
    "hint.list.zero-bytes": _AS_UTF8,
    "list.row": "{path}, row {line}",
    # Kinds of image set.
    "error.image-set.archive": (
        "{name} is a file, but not of a kind that poolbench reads: expected a folder of images, or "
        "a file that ends in {endings:or}."
    ),
    "hint.image-set.archive": "If it is an archive, unpack it first.",
    "error.image-set.broken": "{kind}.read returned a broken image set: {faults}.",
    "error.image-set.data-file": (
        "{--data-file} works only with {--data} {owners:or}, but {--data} is {name}."
    ),
    "hint.image-set.data-file": "Leave {--data-file} out.",
    "error.image-set.failed": "{kind}.read failed: {error} ({detail}).",
    "error.image-set.groups": (
        "{--groups:{groups}} works only with {--data} {owners:or}, but {--data} is {name}."
    ),
    "hint.image-set.groups": "Leave {--groups} out.",
    "error.image-set.kind": "{kind}.read returned a {found}; expected an ImageSet or a Listing.",
    "error.image-set.missing": (
        "There is no image set {name!r}, and no file or folder of this name."
    ),
    "hint.image-set.missing": (
        "{meant} Expected the path of a folder of images, or the name of an image set."
    ),
    "error.image-set.not-loaded": (
        "The installed image set {name!r} ({place}) cannot be loaded: {error} ({detail})."
    ),
    "hint.image-set.not-loaded": "Repair or uninstall its package.",
    "error.image-set.not-source": (
        "The installed image set {name!r} ({place}) is a {found}; expected a class that extends "
        "poolbench.data.sources.ImageSetSource."
    ),
    "error.image-set.path": (
        "{name} is the path of a file or folder, not the name of an image set."
    ),
    "hint.image-set.path": "Did you mean {--data:{meant}}?",
    "error.image-set.published": "{name} is a copy of {set}, not the name of an image set.",
    "hint.image-set.published": "Did you mean {--data:{set}} with {--data-file:{path}}?",
    "image-set.fault.classes": "the names of the classes are not all different",
    "image-set.fault.group-count": "{half}.groups and labels differ in number",
    "image-set.fault.images": ("{half}.images are {kind} [{shape}], not uint8 [N, H, W, 3]"),
    "image-set.fault.labels": "{half}.labels are {kind} [{shape}], not int64 [N]",
    "image-set.fault.label-range": "{half}.labels are not all from 0 to {last}",
    "image-set.fault.lengths": (
        "{half} has {images} images, {labels} labels and {names} names; expected as many of each"
    ),
    "image-set.fault.names": "{half}.names are not all different",
    "image-set.fault.sizes": "pool and test differ in size",
    "image-set.fault.test": "test holds images though has_official_test is false",
    # Classes.
    "error.class.empty-pool": "These classes have no images to train on: {names}.",
    "hint.class.empty-pool": f"Add some, or {_LEAVE_OUT}.",
    "error.class.empty-test": "These classes have no test images: {names}.",
    "hint.class.empty-test": f"Add some, or {_LEAVE_OUT}.",
    "error.class.none": "At least two classes are needed, but none of {count} is selected.",
    "error.class.number": "There is no class number {number}: the numbers are 0 to {last}.",
    "error.class.one": (
        "At least two classes are needed, but there is only {name!r} (1 of {count})."
    ),
    "error.class.twice": (
        "Class {name!r} (number {number}) is selected twice, as {first!r} and as {second!r}."
    ),
    "hint.class.twice": "Name each class once.",
    # Folds and the test half.
    "error.folds.groups": (
        "{--folds} is {folds}, but each class needs training images in at least that many groups: "
        "{short}. {advice}"
    ),
    "error.folds.pictures": (
        "{--folds} is {folds}, but each class needs at least that many training images: {short}. "
        "{advice}"
    ),
    "error.folds.spread": (
        "The {groups} groups cannot be distributed over {folds} folds so that each fold has every "
        "class: groups stay whole, and too few of them contain the rarer classes."
    ),
    "hint.folds.spread": f"Use fewer {{--folds}}, add images from other groups, or {_LEAVE_OUT}.",
    "folds.groups": f"Add images from other groups, or {_LEAVE_OUT}.",
    "folds.pictures": f"Add images, or {_LEAVE_OUT}.",
    "folds.at-most-groups": (
        f"Use at most {{most}} folds, add images from other groups, or {_LEAVE_OUT}."
    ),
    "folds.at-most-pictures": f"Use at most {{most}} folds, add images, or {_LEAVE_OUT}.",
    "folds.short": "class {name!r} has {count}",
    "error.test-share.groups": (
        "Class {name!r} has images in only {count} {count:group|groups}. An image set without a "
        "test set needs at least 2 groups for each class, preferably 50."
    ),
    "error.test-share.pictures": (
        "Class {name!r} has only {count} different {count:image|images}. An image set without a "
        "test set needs at least 2 for each class, preferably 50."
    ),
    "error.test-share.shared": (
        "Class {name!r} shares its groups with other classes, so none of its images is left to "
        "train on."
    ),
    "hint.test-share.shared": (
        "Choose the test set yourself: put its images into a folder called test, or add a column "
        "called split."
    ),
    # Duplicates.
    "error.duplicates.nothing-left": (
        "Without their duplicates, these classes have no images left to train on: {names}."
    ),
    "hint.duplicates.nothing-left": (
        "Add other images, leave the class out, or keep the duplicates with "
        "{--on-duplicates:report}."
    ),
    "error.duplicates.refused": (
        "There {count:is|are} {count} {count:pair|pairs} of duplicate images, one to train on and "
        "one held out; {--on-duplicates:refuse} allows none. For example: {pairs}."
    ),
    "hint.duplicates.refused": (
        "Remove one of each pair, or let {--on-duplicates:drop} leave it out. "
        "{--on-duplicates:report} keeps all and lists them in duplicates.csv."
    ),
    "duplicates.exact": "exact",
    "duplicates.labels": "labels {first} and {second}",
    "duplicates.near": "near, {similarity:.4f}",
    "duplicates.pair": "{picture} is a copy of {copy_of} ({how})",
}
