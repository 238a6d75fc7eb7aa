"""The numbers that the stub, YABOT's content and the peer must agree on."""

GROUP_ID = -1001000000001
GROUP = {"id": GROUP_ID, "type": "supergroup", "title": "Café"}
BOT = {"id": 7000000001, "is_bot": True, "first_name": "Diana", "username": "yabot_bench_bot"}
TOKEN = "7000000001:AAbench-bench-bench-bench-bench-ben"

FIRST_USER_ID = 10_000_001
FIRST_MESSAGE_ID = 1_001
EMOJI = "❤"
REWARD = 5
HINTS = 20
