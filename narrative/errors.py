"""What the story refuses. Codes begin with NAR."""
