"""The whole world as one value that can be written to a file and read back."""

from dataclasses import dataclass, field

from yabot.sandbox.clock import first_message_id
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat, Member
from yabot.sandbox.world.files import StoredFile
from yabot.sandbox.world.people import Bot, User

FIRST_USER_ID = 1000
FIRST_CHAT_ID = -1_001_000_000_000


@dataclass(slots=True, eq=False)
class World:
    """Users, chats and files by id. Message ids start at ``message_base`` in every chat, so that
    a fresh world never repeats a message an older one had in the same chat."""

    bot: Bot
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    paths: dict[str, StoredFile] = field(default_factory=dict)
    message_base: int = field(default_factory=first_message_id)
    revision: int = 0

    def add_user(self, user: User) -> Chat:
        """Put the user and their (still closed) private chat with the bot into the world."""
        self.users[user.id] = user
        chat = Chat(user.id, "private", username=user.username, first_name=user.first_name, last_name=user.last_name)
        chat.members = {user.id: Member(), self.bot.id: Member()}
        return self.add_chat(chat)

    def add_chat(self, chat: Chat) -> Chat:
        """Put the chat into the world."""
        chat.last_message_id = max(chat.last_message_id, self.message_base)
        self.chats[chat.id] = chat
        return chat

    def add_file(self, file: StoredFile) -> StoredFile:
        """Make the file reachable by its ids and by its path."""
        self.files[file.id] = self.files[f"{file.id}-s"] = file
        self.paths[file.path] = file
        return file

    def free_user_id(self) -> int:
        """The next id for a person who was not given one."""
        return max(self.users, default=FIRST_USER_ID) + 1

    def free_chat_id(self) -> int:
        """The next id for a group or channel that was not given one."""
        return min(min(self.chats, default=0), FIRST_CHAT_ID) - 1

    def next_message_base(self) -> int:
        """Above every message id this world used, and above the clock."""
        return max(first_message_id(), *(chat.last_message_id + 1 for chat in self.chats.values()), 0)

    def person(self, user_id: int) -> JSON | None:
        """The User object of a user or of the bot."""
        if user_id == self.bot.id:
            return self.bot.json
        user = self.users.get(user_id)
        return user.json if user else None

    def by_username(self, username: str) -> Chat | None:
        """The chat behind an ``@name``."""
        wanted = username.lower()
        return next((chat for chat in self.chats.values() if (chat.username or "").lower() == wanted), None)

    def stored(self) -> JSON:
        """What the state file keeps."""
        return {
            "bot": self.bot.stored(),
            "users": [user.stored() for user in self.users.values()],
            "chats": [chat.stored() for chat in self.chats.values()],
            "files": [file.stored() for file in self.paths.values()],
            "message_base": self.message_base,
            "revision": self.revision,
        }

    @classmethod
    def restored(cls, saved: JSON) -> "World":
        """The world that ``stored`` wrote."""
        world = cls(Bot(**saved["bot"]), message_base=saved["message_base"], revision=saved["revision"])
        world.users = {item["id"]: User(**item) for item in saved["users"]}
        world.chats = {item["id"]: Chat.restored(item) for item in saved["chats"]}
        for chat in world.chats.values():
            # What was written after the last save is lost, its ids must not come again for other messages.
            chat.last_message_id = max(chat.last_message_id, first_message_id())
        for item in saved["files"]:
            world.add_file(StoredFile.restored(item))
        return world
