"""Texts and their entities: HTML parsing, detection, validation."""
