"""The editor's desk: fragments are written, checked, played, translated and released here."""
