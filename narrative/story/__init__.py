"""A story without the database: what it says, where a reader stands, and what a choice does.

The bot, the play-test, the linter and the random readers all use these, so they cannot disagree.
"""
