"""The half of the client that changes the world and makes people act."""

import base64
from typing import Any

from yabot.sandbox.control_connection import ControlConnection
from yabot.sandbox.picture import sample_picture

JSON = dict[str, Any]


class People(ControlConnection):
    """Makes people, chats and what happens between them."""

    # --- the world ----------------------------------------------------------------------------------------------------
    def reset(self, world: str | JSON | None = None) -> None:
        """Empty the world, and fill it with a ready-made one if named."""
        self.call("reset", world=world)

    def add_user(self, id: int | None = None, first_name: str | None = None, **names: Any) -> JSON:
        """A new person: ``username``, ``last_name``, ``language_code`` are optional."""
        return dict(self.call("add_user", id=id, first_name=first_name, **names))

    def add_users(self, count: int, **names: Any) -> list[JSON]:
        """Many new people."""
        return list(self.call("add_users", count=count, **names))

    def add_group(self, title: str, members: list[int] | None = None, **given: Any) -> JSON:
        """A supergroup: ``owner``, ``bot_is_admin``, ``bot_is_member``, ``id``, ``username`` are optional."""
        return dict(self.call("add_group", title=title, members=members or [], **given))

    def add_channel(self, title: str, subscribers: list[int] | None = None, **given: Any) -> JSON:
        """A channel, with a discussion group unless ``discussion=False``."""
        return dict(self.call("add_channel", title=title, subscribers=subscribers or [], **given))

    def set_status(self, chat_id: int, user_id: int, status: str, **given: Any) -> None:
        """Promote, demote or remove somebody, the bot included."""
        self.call("set_status", chat_id=chat_id, user_id=user_id, status=status, **given)

    def join(self, user_id: int, chat_id: int) -> None:
        """Somebody joins."""
        self.call("join", user_id=user_id, chat_id=chat_id)

    def leave(self, user_id: int, chat_id: int) -> None:
        """Somebody leaves."""
        self.call("leave", user_id=user_id, chat_id=chat_id)

    def block_bot(self, user_id: int) -> None:
        """Somebody blocks the bot."""
        self.call("block_bot", user_id=user_id)

    def unblock_bot(self, user_id: int) -> None:
        """Somebody unblocks the bot."""
        self.call("unblock_bot", user_id=user_id)

    def advance(self, seconds: float) -> int:
        """Move the clock forward."""
        return int(self.call("advance", seconds=seconds))

    # --- what people do -----------------------------------------------------------------------------------------------
    def start(self, user_id: int, payload: str | None = None) -> JSON:
        """Press START, possibly through a deep link."""
        return dict(self.call("start", user_id=user_id, payload=payload))

    def say(self, user_id: int, chat_id: int, text: str, **options: Any) -> JSON:
        """Write a text; ``reply_to`` and ``entities`` are optional."""
        return dict(self.call("say", user_id=user_id, chat_id=chat_id, text=text, **options))

    def say_many(self, messages: list[JSON]) -> list[int]:
        """Many people write: a list of the arguments of ``say``."""
        return list(self.call("say_many", messages=messages))

    def post(self, channel_id: int, text: str, as_user: int | None = None) -> JSON:
        """A human administrator posts in the channel."""
        return dict(self.call("post", channel_id=channel_id, text=text, as_user=as_user))

    def edit(self, user_id: int, chat_id: int, message_id: int, text: str) -> JSON:
        """Somebody edits a text."""
        return dict(self.call("edit", user_id=user_id, chat_id=chat_id, message_id=message_id, text=text))

    def delete(self, user_id: int, chat_id: int, message_id: int) -> None:
        """Somebody deletes a message."""
        self.call("delete", user_id=user_id, chat_id=chat_id, message_id=message_id)

    def send_photo(self, user_id: int, chat_id: int, body: bytes | None = None, **options: Any) -> JSON:
        """Somebody sends a picture; a sample one unless given."""
        return self._send(user_id, chat_id, body or sample_picture(), kind="photo", **options)

    def send_document(self, user_id: int, chat_id: int, body: bytes, name: str = "file.txt", **options: Any) -> JSON:
        """Somebody sends a file."""
        return self._send(user_id, chat_id, body, kind="document", name=name, **options)

    def _send(self, user_id: int, chat_id: int, body: bytes, **options: Any) -> JSON:
        encoded = base64.b64encode(body).decode()
        return dict(self.call("send_file", user_id=user_id, chat_id=chat_id, body=encoded, **options))

    def press(self, user_id: int, chat_id: int, message_id: int, button: str, timeout: float = 30.0) -> JSON:
        """Press a button by data or label; the answer has ``answered``, ``text``, ``show_alert``, ``url``.

        Returns with the answer, after ``timeout`` seconds without one.
        """
        return dict(
            self.call("press", user_id=user_id, chat_id=chat_id, message_id=message_id, button=button, timeout=timeout)
        )

    def react(self, user_id: int, chat_id: int, message_id: int, emoji: str | None) -> JSON:
        """React, or take the reaction back with None."""
        return dict(self.call("react", user_id=user_id, chat_id=chat_id, message_id=message_id, emoji=emoji))
