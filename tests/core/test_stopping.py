"""Stopping in the middle of a claim: what was claimed is with the sender before anybody asks whether it is idle."""

import threading

from yabot.core import bell
from yabot.core.ids import uuid7
from yabot.core.telegram.outcome import Claimed
from yabot.core.telegram.pipeline import Pipeline


class SenderOfTests:
    """Claims one message, slowly, and remembers what it was given."""

    def __init__(self) -> None:
        self.message = Claimed(uuid7(), 7, "sendMessage", "{}", 0, 7)
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.given: list[Claimed] = []

    def claim(self, owner: str) -> list[Claimed]:
        self.begun.set()
        assert self.go_on.wait(10)
        return [self.message]

    def send(self, claimed, files) -> None:
        self.given += claimed


def test_a_claim_under_way_reaches_the_sender_before_claiming_is_over():
    stopped = threading.Event()
    pipeline = Pipeline(raw={}, dispatch=list, handled=frozenset())
    sender = pipeline.sender = SenderOfTests()  # type: ignore[assignment]
    pipeline._sends = True
    pipeline.ring(frozenset({bell.MESSAGES}))
    claiming = threading.Thread(target=pipeline._claim)
    claiming.start()
    assert sender.begun.wait(10)
    stopping = threading.Thread(target=lambda: (pipeline.take_no_more(), stopped.set()))
    stopping.start()

    assert not stopped.wait(0.1)
    sender.go_on.set()
    assert stopped.wait(10)
    assert sender.given == [sender.message]
    claiming.join()
    pipeline.ring(frozenset({bell.MESSAGES}))
    assert not pipeline._claim()
