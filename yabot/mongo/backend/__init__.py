"""MongoDB's backend for Django, with the indexes that SQL engines make of the same models."""
