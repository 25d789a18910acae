"""Runs as things: found by name, listed, compared and deleted; no torch."""
