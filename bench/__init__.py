"""Measures YABOT: in process, and over HTTP beside a bot written by hand. See ``README.md``."""
