"""What this module does when something happened elsewhere."""
