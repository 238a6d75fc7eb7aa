"""What happened in the channel. Nothing yet that others hear of."""
