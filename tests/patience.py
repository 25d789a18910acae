"""How long a test waits for what should happen: no test judges time, only what never comes.

A machine with much other work is a hundred times slower than an idle one.
"""

# Below the limit of a whole test (pyproject.toml), so that what hangs is named.
HANG_SECONDS = 1200.0
HANG_MS = 1000 * HANG_SECONDS
