"""A message as the sandbox keeps it: Telegram's object, and what Telegram does not show."""

from dataclasses import dataclass, field

from yabot.sandbox.wire import JSON


@dataclass(slots=True, eq=False)
class Message:
    """``data`` is the Bot API object and is never mutated once it was given out: edits replace it."""

    data: JSON
    revision: int = 0
    keyboard: JSON | None = None
    reactions: dict[int, list[str]] = field(default_factory=dict)
    views: set[int] = field(default_factory=set)
    comments: int = 0
    rewritten: bool = False
    by_bot: bool = False

    @property
    def id(self) -> int:
        """The message id inside its chat."""
        return int(self.data["message_id"])

    @property
    def protected(self) -> bool:
        """Whether the message may be neither copied nor forwarded."""
        return bool(self.data.get("has_protected_content"))

    def counts(self) -> list[JSON]:
        """The reactions with their totals, most used first."""
        totals: dict[str, int] = {}
        for emojis in self.reactions.values():
            for emoji in emojis:
                totals[emoji] = totals.get(emoji, 0) + 1
        ranked = sorted(totals.items(), key=lambda item: -item[1])
        return [{"type": {"type": "emoji", "emoji": emoji}, "total_count": total} for emoji, total in ranked]

    def seen(self) -> JSON:
        """The message as the page and the tests see it: with reactions, views and reply keyboard."""
        extra: JSON = {"revision": self.revision}
        if self.keyboard:
            extra["keyboard"] = self.keyboard
        if self.reactions:
            extra["reactions"] = [
                {"emoji": count["type"]["emoji"], "count": count["total_count"]} for count in self.counts()
            ]
            extra["reactors"] = {str(user_id): emojis for user_id, emojis in self.reactions.items()}
        if self.data["chat"]["type"] == "channel":
            extra |= {"views": len(self.views), "comments": self.comments}
        if self.rewritten:
            extra["rewritten"] = True
        return {**self.data, "sandbox": extra}

    def stored(self) -> JSON:
        """What the state file keeps."""
        return {
            "data": self.data,
            "revision": self.revision,
            "keyboard": self.keyboard,
            "reactions": self.reactions,
            "views": sorted(self.views),
            "comments": self.comments,
            "rewritten": self.rewritten,
            "by_bot": self.by_bot,
        }

    @classmethod
    def restored(cls, saved: JSON) -> "Message":
        """The message that ``stored`` wrote."""
        reactions = {int(user_id): emojis for user_id, emojis in saved["reactions"].items()}
        return cls(**{**saved, "reactions": reactions, "views": set(saved["views"])})
