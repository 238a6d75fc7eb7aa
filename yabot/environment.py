"""Reads the environment for ``settings.py`` and remembers what is wrong instead of crashing half-way.

Every problem is reported by a system check (``yabot.E001``) with the variable's name, so one run of any command
shows all wrong values at once.
"""

import secrets
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ

T = TypeVar("T")
TRUE = {"1", "true", "yes", "on", "y", "t"}
FALSE = {"0", "false", "no", "off", "n", "f"}


@dataclass(frozen=True)
class ConfigProblem:
    """One environment variable that has a value YABOT cannot use."""

    variable: str
    message: str


class Environment:
    """The environment and an optional ``.env`` file, read leniently: a wrong value becomes a problem and a default."""

    def __init__(self, env_file: Path) -> None:
        self.problems: list[ConfigProblem] = []
        self._env = environ.Env()
        if env_file.exists():
            self._read(env_file)

    def _read(self, env_file: Path) -> None:
        try:
            env_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            sys.stderr.write(f"YABOT cannot read its settings file {env_file.name}: {error}\n")
            raise SystemExit(2) from None
        environ.Env.read_env(str(env_file))

    def text(self, name: str, default: str = "") -> str:
        """The variable without surrounding white space; an empty one is as good as none."""
        return str(self._env.str(name, default="")).strip() or default

    def folder(self, name: str, default: Path) -> Path:
        """A folder; a relative one is taken from the place of the default."""
        return default.parent / (self.text(name) or default)

    def flag(self, name: str, default: bool) -> bool:
        """A yes-or-no variable."""
        raw = self.text(name, "1" if default else "0").lower()
        if raw in TRUE or raw in FALSE:
            return raw in TRUE
        return self._problem(name, f"must be one of 1, 0, true, false; it is {raw!r}", default)

    def number(self, name: str, default: float, *, low: float = 0, high: float = 1e9) -> float:
        """A number within ``low`` and ``high``."""
        raw = self.text(name, str(default))
        try:
            value = float(raw)
        except ValueError:
            return self._problem(name, f"must be a number; it is {raw!r}", default)
        if not low <= value <= high:
            return self._problem(name, f"must be between {low:g} and {high:g}; it is {raw}", default)
        return value

    def names(self, name: str, default: str) -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def choices(self, name: str, default: Iterable[str]) -> list[str]:
        """A comma-separated list of names out of ``default``."""
        allowed = list(default)
        given = self.names(name, ",".join(allowed))
        wrong = [part for part in given if part not in allowed]
        if wrong:
            return self._problem(name, f"knows only {', '.join(allowed)}; it has {', '.join(wrong)}", allowed)
        return given

    def choice(self, name: str, default: str, allowed: Iterable[str]) -> str:
        """One name out of ``allowed``, in capitals or not."""
        raw = self.text(name, default)
        known = {option.upper(): option for option in allowed}
        if raw.upper() not in known:
            return self._problem(name, f"must be one of {', '.join(known.values())}; it is {raw!r}", default)
        return known[raw.upper()]

    def zone(self, name: str, default: str) -> str:
        """The name of a time zone, such as Europe/Madrid."""
        raw = self.text(name, default)
        try:
            return ZoneInfo(raw).key
        except (ValueError, OSError, ZoneInfoNotFoundError):
            return self._problem(name, f"is not a time zone such as Europe/Madrid; it is {raw!r}", default)

    def address(self, name: str, default: str) -> str:
        """A web address."""
        raw = self.text(name, default)
        if raw and not raw.startswith(("http://", "https://")):
            return self._problem(name, f"must begin with http:// or https://; it is {raw!r}", default)
        return raw

    def redis(self, name: str) -> str:
        """Where Redis is, if there is one. Not shown when it is wrong: it may hold a password."""
        raw = self.text(name)
        if raw and not raw.startswith(("redis://", "rediss://", "unix://")):
            return self._problem(name, "must begin with redis://, rediss:// or unix://", "")
        return raw

    def networks(self, name: str, default: str) -> list[str]:
        """A comma-separated list of networks or addresses, such as 10.0.0.0/8."""
        found = self.names(name, default)
        try:
            return [str(ip_network(part)) for part in found]
        except ValueError as error:
            return self._problem(name, f"is not a list of networks such as 10.0.0.0/8 ({error})", default.split(","))

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's database settings from a URL: sqlite:///file, postgres://… or mongodb://…."""
        raw = self.text(name, default)
        try:
            found = mongodb(raw) if raw.startswith(("mongodb://", "mongodb+srv://")) else sql(raw)
        except Exception as error:  # noqa: BLE001 - environ and pymongo raise several unrelated kinds here
            return self._problem(name, f"is not a database URL ({error})", sql(default))
        if found.get("ENGINE") not in ENGINES:
            return self._problem(name, "must begin with sqlite:///, postgres:// or mongodb://", sql(default))
        if not found["NAME"]:
            return self._problem(name, "names no database (…/yabot at its end)", sql(default))
        return found

    def secret(self, name: str, file: Path) -> str:
        """The variable, or else a secret made once and kept in ``file``, readable by its owner only."""
        given = self.text(name)
        if given:
            return given
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(f".{secrets.token_hex(4)}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(50))
            with suppress(FileExistsError):  # another process that starts now was quicker: both have to read its secret
                file.hardlink_to(fresh)
            fresh.unlink()
        return file.read_text().strip()

    def _problem(self, name: str, message: str, default: T) -> T:
        self.problems.append(ConfigProblem(name, message))
        return default


SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
MONGODB = "yabot.mongo.backend"
ENGINES = {SQLITE, POSTGRESQL, MONGODB}
_MONGODB_PROMISES = {
    "w": "majority",
    "readConcernLevel": "majority",
    "retryWrites": True,
    "serverSelectionTimeoutMS": 5000,
}


def sql(url: str) -> dict[str, Any]:
    """The settings of an SQL database."""
    return dict(environ.Env.db_url_config(url))


def mongodb(url: str) -> dict[str, Any]:
    """The settings of a MongoDB; what the URL does not say is as safe as MongoDB can be."""
    from pymongo.uri_parser import parse_uri

    parsed = parse_uri(url, connect_timeout=0) if url.startswith("mongodb://") else _srv(url)
    given = {name.lower() for name in parsed["options"]}
    promises = {name: value for name, value in _MONGODB_PROMISES.items() if name.lower() not in given}
    return {"ENGINE": MONGODB, "HOST": url, "NAME": parsed["database"] or "", "OPTIONS": promises}


def _srv(url: str) -> dict[str, Any]:
    """What a mongodb+srv:// URL says by itself: its hosts are looked up when they are needed."""
    parts = urlsplit(url)
    return {"database": parts.path.strip("/"), "options": dict(parse_qsl(parts.query))}
