"""English texts of errors that every room meets: unknown names, and what a system refuses."""

TEXTS = {
    "error.quoted": "{message}",
    "error.unknown.backbone": "There is no backbone {name!r}.",
    "error.unknown.check": "There is no check {name!r}.",
    "error.unknown.class": "There is no class {name!r}.",
    "error.unknown.figure": "There is no figure {name!r}.",
    "error.unknown.image-set": "There is no image set, file or folder named {name!r}.",
    "error.unknown.language": "Language {name!r} is not supported.",
    "error.unknown.measure": "There is no measure {name!r}.",
    "error.unknown.operator": "There is no operator {name!r}.",
    "error.unknown.preset": "There is no preset {name!r}.",
    "error.unknown.recipe": "There is no recipe {name!r}.",
    "error.unknown.setting": "There is no setting {name!r}.",
    "error.unknown.task": "There is no task {name!r}.",
    "error.unknown.trial": "There is no trial {name!r}.",
    "error.unknown.variant": "There is no variant {name!r}.",
    "hint.near": "Did you mean {near!r:or}?",
    "hint.near-paths": "Did you mean {near:or}?",
    "hint.known": "Available: {known}.",
    "hint.unknown.backbone": (
        "If it is your own, specify it as package.module:function, or run the study from the "
        "Python program that defines it."
    ),
    "hint.unknown.operator": (
        "If it is your own, specify it as package.module:Class, or run the study from the Python "
        "program that registers it."
    ),
    "hint.class-with-comma": (
        "Enclose a class name that contains a comma in quotation marks, as in CSV: {--classes} "
        "'\"Pepper, bell\",tomato'."
    ),
    "list.or": "or",
    "list.and": "and",
    "list.more": "… ({count} in all)",
    "os.EACCES": "permission denied",
    "os.EADDRINUSE": "the address is already in use",
    "os.EADDRNOTAVAIL": "this machine does not have that address",
    "os.EBUSY": "it is in use",
    "os.ECONNREFUSED": "the connection was refused",
    "os.ECONNRESET": "the connection was closed by the other side",
    "os.EDQUOT": "the disk quota is used up",
    "os.EEXIST": "it already exists",
    "os.EFBIG": "the file is too large for this file system",
    "os.EINVAL": "this is not a valid name here",
    "os.EIO": "the disk reported an error",
    "os.EISDIR": "it is a folder",
    "os.ELOOP": "its symbolic links go round in a circle",
    "os.EMFILE": "too many files are open",
    "os.ENAMETOOLONG": "the name is too long",
    "os.ENODEV": "there is no such device",
    "os.ENOENT": "there is no such file or folder",
    "os.ENOMEM": "there is not enough memory",
    "os.ENOSPC": "there is no space left on the disk",
    "os.ENOTDIR": "a part of its path is not a folder",
    "os.ENOTEMPTY": "the folder is not empty",
    "os.EPERM": "the operation is not permitted",
    "os.EROFS": "the file system is read-only",
    "os.ETIMEDOUT": "there was no answer in time",
    "os.EXDEV": "it is on another file system",
}
