"""Channel posts and their automatic forwards into the discussion group."""

from yabot.sandbox.telegram import Telegram
from yabot.sandbox.wire import JSON
from yabot.sandbox.world.chats import Chat
from yabot.sandbox.world.messages import Message

SERVICE_ACCOUNT: JSON = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
CARRIED = ("text", "entities", "photo", "document", "caption", "caption_entities", "media_group_id", "reply_markup")


def forward_to_discussion(tg: Telegram, channel: Chat, post: Message) -> Message | None:
    """Telegram's own forward of a post into the discussion group, which starts the post's comments."""
    group = tg.world.chats.get(channel.linked_chat_id or 0)
    if group is None:
        return None
    origin = {"type": "channel", "date": post.data["date"], "chat": channel.json, "message_id": post.id}
    data: JSON = {
        "from": SERVICE_ACCOUNT,
        "sender_chat": channel.json,
        "forward_origin": origin,
        "is_automatic_forward": True,
    }
    data |= {name: post.data[name] for name in CARRIED if name in post.data}
    forward = tg.post(group, data)
    channel.threads[post.id] = forward.id
    if group.member(tg.bot.id):
        tg.update("message", forward.data)
    return forward


def follow_edit(tg: Telegram, channel: Chat, post: Message) -> None:
    """An edited post looks the same in the discussion group; the bot hears only of the post itself."""
    group = tg.world.chats.get(channel.linked_chat_id or 0)
    forward = group.messages.get(channel.threads.get(post.id, 0)) if group else None
    if group is None or forward is None:
        return
    kept = {name: value for name, value in forward.data.items() if name not in CARRIED}
    carried = {name: post.data[name] for name in CARRIED if name in post.data}
    forward.data = {**kept, **carried, "edit_date": tg.clock.now()}
    forward.rewritten = post.rewritten
    tg.touch(group, forward)


def count_comment(tg: Telegram, group: Chat, thread_id: int) -> None:
    """One more comment under the channel post that started the thread."""
    root = group.messages.get(thread_id)
    origin = root.data.get("forward_origin") if root else None
    if not origin or origin["type"] != "channel":
        return
    channel = tg.world.chats.get(origin["chat"]["id"])
    post = channel.messages.get(origin["message_id"]) if channel else None
    if channel and post:
        post.comments += 1
        tg.touch(channel, post)
