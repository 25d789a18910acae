"""The scripts that measured what the documentation says; see ``benchmarks/README.md``."""
