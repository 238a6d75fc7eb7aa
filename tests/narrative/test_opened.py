from types import SimpleNamespace

import pytest

from narrative.services import opened
from tests.factories.narrative import HintFactory, besitos
from tests.narrative import telling
from tests.narrative.telling import earn, earned, reader
from yabot.core import delivery, events
from yabot.core.models import OutgoingMessage
from yabot.core.transactions import atomic


@pytest.mark.django_db(transaction=True)
def test_what_a_commit_opened_is_not_looked_at_again(nothing_grows_old, django_assert_num_queries):
    hint = HintFactory(condition=besitos(5))
    ana = reader()
    earn({ana: 5})
    events.publish([earned(ana, 6)])

    # begin, claim, delete, commit: the story itself asks nothing
    with django_assert_num_queries(4):
        assert delivery.deliver("narrative") == 1

    assert opened.is_known(ana, hint.pk)
    assert len(telling.letters(ana)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_not_remembered():
    hint = HintFactory(condition=besitos(5))
    ana = reader()

    @atomic
    def earn_in_vain() -> None:
        earn({ana: 5})
        assert OutgoingMessage.objects.count() == 1
        raise LookupError

    with pytest.raises(LookupError):
        earn_in_vain()

    assert OutgoingMessage.objects.count() == 0
    assert not opened.is_known(ana, hint.pk)


def test_only_so_many_readers_are_remembered_and_the_oldest_are_forgotten(monkeypatch):
    monkeypatch.setattr(opened, "_READERS", 2)
    opened._known.clear()
    hint = HintFactory.build(template=None)

    for user_id in (1, 2, 3):
        opened.remember([SimpleNamespace(hint=hint, user_id=user_id)])

    assert [opened.is_known(user_id, hint.id) for user_id in (1, 2, 3)] == [False, True, True]
