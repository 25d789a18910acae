"""The version of everything that is written."""

# Version that grows when a field changes its meaning, and when the spec of a trial, which its id is
# a hash of, gets another field; a reader refuses what is newer than itself.
SCHEMA_VERSION = 2
