"""Chats, their members and what each member may do."""

from dataclasses import asdict, dataclass, field

from yabot.sandbox.wire import JSON
from yabot.sandbox.world.messages import Message

KEPT_MESSAGES = 5000
PRESENT = frozenset({"creator", "administrator", "member", "restricted"})
ADMINISTRATORS = frozenset({"creator", "administrator"})
RIGHTS_EVERYWHERE = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
RIGHTS = {
    "supergroup": (*RIGHTS_EVERYWHERE, "can_pin_messages", "can_manage_topics"),
    "group": (*RIGHTS_EVERYWHERE, "can_pin_messages"),
    "channel": (*RIGHTS_EVERYWHERE, "can_post_messages", "can_edit_messages"),
    "private": (),
}


@dataclass(slots=True, eq=False)
class Member:
    """One person's (or the bot's) place in a chat. ``denied`` are rights an administrator was not given."""

    status: str = "member"
    denied: list[str] = field(default_factory=list)
    until_date: int = 0

    def may(self, right: str) -> bool:
        """Whether this member may do what the right names."""
        return self.status == "creator" or (self.status == "administrator" and right not in self.denied)

    def as_json(self, user: JSON, chat_type: str) -> JSON:
        """The ChatMember object."""
        body: JSON = {"status": self.status, "user": user}
        if self.status == "creator":
            body["is_anonymous"] = False
        elif self.status == "administrator":
            body |= {"can_be_edited": False, "is_anonymous": False}
            body |= {right: right not in self.denied for right in RIGHTS[chat_type]}
            if user["is_bot"]:
                body["can_promote_members"] = False
        elif self.status == "kicked":
            body["until_date"] = self.until_date
        return body


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, a group or a channel. ``json`` is the short Chat object shared by its messages."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    description: str | None = None
    opened: bool = False
    protected: bool = False
    linked_chat_id: int | None = None
    last_message_id: int = 0
    revision: int = 0
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    threads: dict[int, int] = field(default_factory=dict)
    json: JSON = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.json.update(id=self.id, type=self.type)
        for name in ("title", "username", "first_name", "last_name"):
            if getattr(self, name):
                self.json[name] = getattr(self, name)

    @property
    def noun(self) -> str:
        """The chat's kind in Telegram's refusals."""
        return f"{self.type} chat"

    def next_message_id(self) -> int:
        """A message id never used in this chat before."""
        self.last_message_id += 1
        return self.last_message_id

    def keep(self, message: Message) -> None:
        """Remember the message; the oldest one of a very long chat is forgotten."""
        self.messages[message.id] = message
        if len(self.messages) > KEPT_MESSAGES:
            del self.messages[next(iter(self.messages))]

    def member(self, user_id: int) -> Member | None:
        """The member, if this person is in the chat now."""
        member = self.members.get(user_id)
        return member if member and member.status in PRESENT else None

    def is_administrator(self, user_id: int) -> bool:
        """Whether this person runs the chat."""
        member = self.members.get(user_id)
        return member is not None and member.status in ADMINISTRATORS

    def stored(self) -> JSON:
        """What the state file keeps."""
        plain = {
            name: getattr(self, name)
            for name in self.__dataclass_fields__
            if name not in {"json", "members", "messages"}
        }
        members = {user_id: asdict(member) for user_id, member in self.members.items()}
        return {**plain, "members": members, "messages": [message.stored() for message in self.messages.values()]}

    @classmethod
    def restored(cls, saved: JSON) -> "Chat":
        """The chat that ``stored`` wrote."""
        messages = [Message.restored(item) for item in saved["messages"]]
        numbered = {
            "members": {int(user_id): Member(**member) for user_id, member in saved["members"].items()},
            "messages": {message.id: message for message in messages},
            "threads": {int(post): thread for post, thread in saved["threads"].items()},
        }
        return cls(**{**saved, **numbered})
