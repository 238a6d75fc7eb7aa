"""What YABOT needs on MongoDB: a backend with honest indexes, and keys and migrations for Django's own apps."""
