"""What the channel refuses. Codes begin with CHA."""
