"""What the fake people do: write, press, react, join, leave, block. Each act sends the bot its update."""
