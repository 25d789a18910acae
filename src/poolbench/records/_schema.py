"""The version of everything that is written."""

# Grows when a field changes its meaning; a reader refuses what is newer than itself.
SCHEMA_VERSION = 2
