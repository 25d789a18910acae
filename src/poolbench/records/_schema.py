"""The version of everything that is written."""

# Version that grows when a field is removed, renamed or changes its meaning; a reader refuses what
# is newer than itself. A new field needs none of it: see INTRODUCED in poolbench.config.
SCHEMA_VERSION = 2
