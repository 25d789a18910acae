"""The page on which a person tries the models of a run on pictures: as a server, or as files."""
