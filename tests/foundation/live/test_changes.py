from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import transaction
from django.db.models.functions import Now

from pingzhan.foundation.jobs.database import connection_options
from pingzhan.foundation.live import announce, version
from pingzhan.foundation.live.changes import PG_CHANNEL, forget_old, is_topic
from pingzhan.foundation.live.models import Change


@pytest.mark.django_db
def test_the_version_differs_after_each_change_of_its_topics_only(django_assert_num_queries: Any) -> None:
    before, other = version("command", "structure"), version("roster")
    with django_assert_num_queries(1):
        announce("command", {"unit": 1})
    second = version("command", "structure")
    announce("structure", {})
    third = version("command", "structure")
    assert len({before, second, third}) == 3
    assert version("roster") == other
    with django_assert_num_queries(1):
        version("command", "structure")


@pytest.mark.django_db(transaction=True)
def test_a_change_committed_out_of_order_is_noticed() -> None:
    with psycopg.connect(**connection_options()) as slow:
        slow.execute("INSERT INTO live_change (topic) VALUES ('command')")
        announce("command", {})
        before = version("command")
        slow.commit()
    assert version("command") != before


@pytest.mark.django_db(transaction=True)
def test_only_a_commit_announces() -> None:
    with psycopg.connect(**connection_options(), autocommit=True) as listener:
        listener.execute(f"LISTEN {PG_CHANNEL}")
        before = version("command")
        with transaction.atomic():
            announce("command", {"n": 1})
            transaction.set_rollback(True)
        assert version("command") == before
        with transaction.atomic():
            announce("command", {"n": 2})
            assert list(listener.notifies(timeout=0.2)) == []
        (notify,) = listener.notifies(timeout=2, stop_after=1)
    assert '"n":2' in notify.payload.replace(" ", "")


@pytest.mark.django_db
def test_old_changes_go_but_the_last_of_a_topic_stays() -> None:
    for topic in ("command", "command", "structure"):
        announce(topic, {})
    Change.objects.update(at=Now() - timedelta(hours=2))
    announce("structure", {})
    assert forget_old() == 2
    assert sorted(Change.objects.values_list("topic", flat=True)) == ["command", "structure"]
    before = version("command")
    assert forget_old() == 0
    assert version("command") == before


@pytest.mark.django_db
@pytest.mark.parametrize("topic", ["", "Command", "a b", "1a", "a\n", "x" * 41, "a,b"])
def test_odd_topics_are_refused(topic: str) -> None:
    assert not is_topic(topic)
    with pytest.raises(ValueError, match="topic"):
        announce(topic, {})


@pytest.mark.django_db
def test_a_payload_postgresql_could_not_carry_is_refused() -> None:
    announce("command", {"n": "很" * 2000})
    with pytest.raises(ValueError, match="7,000"):
        announce("command", {"n": "很" * 2400})
