"""``python -m poolbench``: the same as the command ``poolbench``."""

from poolbench.cli.app import main

if __name__ == "__main__":
    main()
