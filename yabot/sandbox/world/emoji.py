"""The emoji people may react with, written as Telegram sends them: the heart without U+FE0F."""

WORDS = """
    👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾
    💋 🖕 😈 😴 😭 🤓 👻 👨‍💻
    👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡
"""
REACTIONS = tuple(WORDS.split())
VARIATION = "\ufe0f"
PLAIN = frozenset(emoji.replace(VARIATION, "") for emoji in REACTIONS)
AS_SENT = {emoji.replace(VARIATION, ""): emoji for emoji in REACTIONS}


def is_reaction(emoji: object) -> bool:
    """Whether Telegram offers this emoji as a reaction."""
    return isinstance(emoji, str) and emoji.replace(VARIATION, "") in PLAIN


def as_sent(emoji: str) -> str:
    """The spelling Telegram uses in updates."""
    return AS_SENT.get(emoji.replace(VARIATION, ""), emoji)
