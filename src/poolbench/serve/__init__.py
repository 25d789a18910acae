"""Serve the page on which a person tries the models of a run on pictures, or write it as files."""
