"""The story over HTTP."""
