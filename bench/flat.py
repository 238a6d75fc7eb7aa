"""Whether every plan is flat on a full database: the chain, a reader's history, and every list of the back office.

The planner chooses by itself, with statistics where the engine keeps any. A table that is small there may be read.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from bench.scenario import GROUP_ID

LARGE = 10_000  # rows; fewer are read in no time
SHOWN = 5  # faults in the report


def main() -> None:
    """``python -m bench.flat EVERY``: one JSON line with the number of plans, and the faults."""
    import django
    from django.test.utils import setup_test_environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
    django.setup()
    setup_test_environment(debug=False)
    sys.stdout.write(json.dumps(report(int(sys.argv[1]))) + "\n")


def report(every: int) -> dict[str, Any]:
    """Run all of it, and read the plans."""
    from bench.plans import faults, watching

    large = large_tables()
    with watching() as plans:
        chain_and_history(every)
    chain = len(plans)
    pages = 0
    for page in back_office():
        with watching() as more:
            page()
        pages, plans = pages + 1, plans + more
    found = faults(plans, large)
    return {
        "plans": len(plans),
        "of_the_chain": chain,
        "pages": pages,
        "large_tables": len(large),
        "plans_flat": not found,
        "faults": found[:SHOWN],
    }


def large_tables() -> set[str]:
    """The growing tables that have grown here."""
    from django.apps import apps

    from bench.plans import GROWING

    models = [apps.get_model(name) for name in GROWING]
    return {model._meta.db_table for model in models if model._default_manager.order_by()[LARGE:].exists()}


def chain_and_history(every: int) -> None:
    """A batch and a lone reaction, to the message that is sent; then what a reader asks for."""
    from bench.fill import FIRST_FILLED_ID
    from bench.scale import Chains
    from gamification.services import wallets
    from narrative.services import hints
    from yabot.core.telegram import outbox
    from yabot.core.telegram.outcome import Outcome, Result

    chains = Chains(run=9, every=every)
    chains.run(1)
    chains.run(100)
    claimed = outbox.claim(owner="a", limit=10, resting=())
    outbox.record([Result(message, Outcome.SENT, message_id=1) for message in claimed])
    lines = wallets.history(FIRST_FILLED_ID, limit=3)
    wallets.history(FIRST_FILLED_ID, limit=10, before=lines[-1].id)
    wallets.balance_of(FIRST_FILLED_ID)
    hints.of_reader(FIRST_FILLED_ID, "es")


def back_office() -> Iterator[Any]:
    """Opens each list of the back office, with each search, filter and order."""
    from functools import partial

    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client

    from bench.fill import FIRST_FILLED_ID

    client = Client()
    client.force_login(User.objects.create_superuser("bench"))
    for model in admin.site._registry:
        if model._meta.app_label != "auth":
            for address in dict.fromkeys(addresses(client, model, FIRST_FILLED_ID)):
                yield partial(opened, client, address)


def opened(client: Any, address: str) -> None:
    """A page that has to be there."""
    status = client.get(address).status_code
    if status != 200:
        raise ValueError(f"{address} answered {status}")


def addresses(client: Any, model: Any, user_id: int) -> Iterator[str]:
    """A list, its searches, its filters, its orders."""
    from django.contrib import admin
    from django.urls import reverse

    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    yield page
    response = client.get(page)
    shown = response.context["cl"]
    if admin.site._registry[model].get_search_fields(response.wsgi_request):
        names = ("lectora_5000000", f"@lectora_{user_id}", "reaction:1", "reaction:-100")
        words = ("12", str(user_id), str(GROUP_ID), *names, "0190a7c2-0000-7000-8000-000000000000")
        yield from (f"{page}?q={word}" for word in words)
    for spec in shown.filter_specs:
        yield from (page + choice["query_string"] for choice in spec.choices(shown) if choice.get("query_string"))
    if any(part.name == "user_id" for part in model._meta.fields):
        yield f"{page}?user_id={user_id}"
    yield from (f"{page}?o={place}" for place in range(1, len(shown.list_display) + 1))


if __name__ == "__main__":
    main()
