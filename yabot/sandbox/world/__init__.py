"""The simulated world: people, chats, messages and files, all in memory."""
