"""The English texts: the words of every ``TEXTS`` of this folder."""
