"""Who lives in the world: users, and the bot under test."""

from dataclasses import dataclass, field

from yabot.sandbox.wire import JSON


@dataclass(slots=True, eq=False)
class User:
    """A fake person. ``json`` is shared by every message they write, so a rename shows everywhere."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "es"
    json: JSON = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Write the current names into the shared ``json``."""
        self.json.clear()
        self.json.update(id=self.id, is_bot=False, first_name=self.first_name)
        for name in ("last_name", "username", "language_code"):
            if getattr(self, name):
                self.json[name] = getattr(self, name)

    def stored(self) -> JSON:
        """What the state file keeps."""
        return {name: getattr(self, name) for name in ("id", "first_name", "last_name", "username", "language_code")}


@dataclass(slots=True, eq=False)
class Bot:
    """The bot under test: its names, commands and menu buttons, per language and scope."""

    id: int
    first_name: str = "Lucien"
    username: str = "LucienDemoBot"
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[str, list[JSON]] = field(default_factory=dict)
    menu_buttons: dict[str, JSON] = field(default_factory=dict)
    json: JSON = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.json.update(id=self.id, is_bot=True, first_name=self.first_name, username=self.username)

    def profile(self) -> JSON:
        """What getMe answers."""
        return {
            **self.json,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
            "has_topics_enabled": False,
            "allows_users_to_create_topics": False,
            "can_manage_bots": False,
        }

    def stored(self) -> JSON:
        """What the state file keeps."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "json"}
