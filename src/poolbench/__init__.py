"""Which downsampling operator should my CNN use on my images, and is the difference real?"""

from poolbench._version import __version__

__all__ = ["__version__"]
