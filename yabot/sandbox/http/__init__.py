"""What the sandbox serves: the Bot API, the files, the control API and the page."""
