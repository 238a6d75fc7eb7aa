"""The peer: one bot, one file, aiogram 3 and asyncpg, written as a careful author would without a framework."""

import asyncio
import logging
import os
from pathlib import Path

import asyncpg
import orjson
import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import MessageReactionUpdated, ReactionTypeEmoji

REWARD = 5
HEART = "❤"
POOL_SIZE = 8  # four for each core
HANDLERS_AT_ONCE = 50

TRANSFER = """
    INSERT INTO transfers (chat_id, message_id, user_id, amount) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING id
"""
ENTRIES = "INSERT INTO entries (transfer_id, user_id, amount) VALUES ($1, NULL, -$3::bigint), ($1, $2, $3)"
BALANCE = """
    INSERT INTO accounts (user_id, balance) VALUES ($1, $2)
    ON CONFLICT (user_id) DO UPDATE SET balance = accounts.balance + $2, updated_at = now() RETURNING balance
"""
EVENT = "INSERT INTO events (name, user_id, payload) VALUES ('reaction_rewarded', $1, $2)"
HINTS = """
    WITH new AS (
        INSERT INTO unlocked_hints (user_id, hint_id)
        SELECT $1, id FROM hints WHERE balance > $2::bigint - $3::bigint AND balance <= $2
        ON CONFLICT DO NOTHING RETURNING hint_id
    )
    SELECT text FROM hints JOIN new ON new.hint_id = hints.id ORDER BY balance
"""

dispatcher = Dispatcher(disable_fsm=True)


def is_heart(reaction: MessageReactionUpdated) -> bool:
    """A heart was added, not kept or taken away."""
    added = {item.emoji for item in reaction.new_reaction if isinstance(item, ReactionTypeEmoji)}
    kept = {item.emoji for item in reaction.old_reaction if isinstance(item, ReactionTypeEmoji)}
    return HEART in added - kept


@dispatcher.message_reaction(F.user, is_heart)
async def on_reaction(reaction: MessageReactionUpdated, bot: Bot, pool: asyncpg.Pool) -> None:
    """Pay once per chat, message and user; send the hints that the new balance unlocked."""
    assert reaction.user is not None
    texts = await pay(pool, reaction.chat.id, reaction.message_id, reaction.user.id)
    for text in texts:
        await send(bot, reaction.user.id, text)


async def pay(pool: asyncpg.Pool, chat_id: int, message_id: int, user_id: int) -> list[str]:
    """Write the transfer, its entries, balance, event and hints in one transaction; return the hints' texts."""
    async with pool.acquire() as connection, connection.transaction():
        transfer_id = await connection.fetchval(TRANSFER, chat_id, message_id, user_id, REWARD)
        if transfer_id is None:
            return []
        await connection.execute(ENTRIES, transfer_id, user_id, REWARD)
        balance = await connection.fetchval(BALANCE, user_id, REWARD)
        payload = {"chat_id": chat_id, "message_id": message_id, "amount": REWARD, "balance": balance}
        await connection.execute(EVENT, user_id, orjson.dumps(payload).decode())
        return [row["text"] for row in await connection.fetch(HINTS, user_id, balance, REWARD)]


async def send(bot: Bot, user_id: int, text: str) -> None:
    """Send after the commit; wait when Telegram says so, give up on users who blocked the bot."""
    for _ in range(5):
        try:
            await bot.send_message(user_id, text)
            return
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
        except TelegramForbiddenError:
            return


async def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    api = TelegramAPIServer.from_base(os.environ["BOT_API_URL"])
    session = AiohttpSession(api=api, json_loads=orjson.loads, json_dumps=lambda value: orjson.dumps(value).decode())
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=POOL_SIZE, max_size=POOL_SIZE) as pool:
        await pool.execute(Path(__file__).with_name("peer.sql").read_text(encoding="utf-8"))
        await dispatcher.start_polling(
            Bot(os.environ["BOT_TOKEN"], session),
            allowed_updates=dispatcher.resolve_used_update_types(),
            tasks_concurrency_limit=HANDLERS_AT_ONCE,
            pool=pool,
        )


if __name__ == "__main__":
    uvloop.run(main())
