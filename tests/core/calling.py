"""Asking the API, and everything that can be asked."""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client

from yabot.core.api.document import Generator

WALLET = "/api/v1/gamification/wallets/1/"
ORDER = {"amount": 5, "reason": "fragment", "reference": "shop:1"}
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Operation:
    """One entry of the OpenAPI document, with values in its path."""

    name: str
    method: str
    path: str
    entry: dict[str, Any]

    @property
    def module(self) -> str:
        """The module that answers."""
        return self.path.split("/")[3]

    @property
    def reads(self) -> bool:
        """Whether it changes nothing: a GET, or a question between processes."""
        return self.method == "get" or self.name.startswith("ask_")


def operations(**values: Any) -> list[Operation]:
    """Every operation of the document; about reader 1, and about nothing that is there but ``values``."""
    known = {"user_id": 1, "end": "release"} | values
    document = Generator().get_schema()
    return [
        Operation(entry["operationId"], method, _filled(path, known), entry)
        for path, methods in document["paths"].items()
        for method, entry in methods.items()
    ]


def _filled(path: str, values: dict[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], NOBODY)), path)


def ask(path: str, headers: dict[str, str], method: str = "get", body: object = None, **more: str) -> Any:
    """The answer to a request with a JSON body, or with none."""
    content: dict[str, Any] = {} if method == "get" else {"content_type": "application/json"}
    if body is not None:
        content["data"] = json.dumps(body)
    return getattr(Client(raise_request_exception=False), method)(path, headers=headers | more, **content)
