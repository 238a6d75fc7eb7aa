"""A thousand people at once. Counts are asserted, times are not."""

import asyncio

import aiohttp

PEOPLE = 1000
AT_ONCE = 50


async def test_a_thousand_people_write_and_every_one_is_answered(server, sandbox):
    people = [user["id"] for user in sandbox.add_users(PEOPLE)]
    sandbox.say_many([{"user_id": user, "chat_id": user, "text": "/start"} for user in people])

    answered = await answer_everybody(f"{server.api_url}{server.token}")

    assert answered == PEOPLE
    assert sandbox.pending() == []
    assert len(sandbox.calls("sendMessage")) == PEOPLE
    assert all(len(sandbox.messages(user)) == 2 for user in (people[0], people[499], people[-1]))


async def answer_everybody(api):
    """A small bot: polls until nothing comes and answers each message."""
    answered, offset = 0, 0
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        while updates := await call(session, f"{api}/getUpdates", offset=offset):
            offset = updates[-1]["update_id"] + 1
            chats = [update["message"]["chat"]["id"] for update in updates]
            sent = await asyncio.gather(
                *(call(session, f"{api}/sendMessage", chat_id=chat, text="hola") for chat in chats)
            )
            answered += len(sent)
    return answered


async def call(session, url, **params):
    async with session.post(url, json=params) as response:
        return (await response.json())["result"]
