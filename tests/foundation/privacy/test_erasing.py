"""Orders: one proposes, another approves, the work survives a kill, the protocol tells the truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils import timezone

from pingzhan.foundation.access.actor import Actor, system_actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.audit import verify_chain
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.privacy import (
    erasing,
    executing,
    file_stores,
    keyring,
    protocol,
    retention,
    rotation,
)
from pingzhan.foundation.privacy.file_stores import FileStore
from pingzhan.foundation.privacy.models import (
    Erasure,
    ErasureProtocol,
    ErasureState,
    ErasureSubject,
    Subject,
)
from pingzhan.foundation.privacy.retention import RetentionRule
from pingzhan.foundation.privacy.vault import Vault
from pingzhan.foundation.runs.models import RunRow
from pingzhan.foundation.runs.testing import drain
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

from .conftest import Shelf, actor

pytestmark = pytest.mark.django_db
BASIS = "\u672c\u4eba\u7533\u8bf7"


def _proposed(persons: list[int], by: Actor | None = None) -> Erasure:
    return erasing.propose_request(
        subject_ids=persons[:2], basis=BASIS, by=by or actor(Role.PRIVACY_OFFICER), unit_path="/1/"
    )


def _approved(persons: list[int]) -> Erasure:
    return erasing.approve(erasure=_proposed(persons), by=actor(Role.LEADER))


def _executed(persons: list[int]) -> Erasure:
    row = erasing.execute(erasure=_approved(persons), by=actor(Role.PRIVACY_OFFICER))
    assert drain() == ["done"]
    row.refresh_from_db()
    return row


def test_two_persons_destroy_and_the_rest_stays(persons: list[int], shelf: Shelf) -> None:
    before = keyring.load()
    sealed = dict(shelf.rows)
    row = _executed(persons)
    assert (row.state, row.run.state if row.run else "") == (ErasureState.DONE, "done")
    again = Vault.load(persons)
    assert [again.open(one, "phone", sealed[one]) for one in persons] == [None, None, "13900001234"]
    assert Subject.objects.filter(wrapped__isnull=True).count() == 2
    ring = keyring.load()
    assert set(ring.masters) & set(before.masters) == set()
    assert set(ring.lookups) & set(before.lookups) == set()
    assert verify_chain() == []

    paper = row.protocol
    facts = paper.data
    assert (facts["subjects"], facts["keys_destroyed"]) == (2, 2)
    assert [(one["before"], one["changed"], one["after"]) for one in facts["holders"]] == [(4, 4, 0)]
    assert facts["masters_destroyed"] == [before.master]
    assert facts["lookups_destroyed"] == [before.lookup]
    assert (facts["proposed_by"], facts["approved_by"]) == ("privacy_officer-1", "leader-1")
    assert protocol.intact(paper)
    text = protocol.as_text(paper)
    assert paper.sha in text
    assert "\u9500\u6bc1\u524d 4 \u884c\uff0c\u8986\u76d6 4 \u884c\uff0c\u9500\u6bc1\u540e 0 \u884c" in text
    last = AuditRecord.objects.filter(verb="privacy.erased").get()
    assert last.body == {"subjects": 2, "keys": 2, "rows": 4, "files": 0, "sha": paper.sha}


@pytest.mark.parametrize(
    "stop",
    ["begin_masters", "finish_masters", "rotate_lookup", "_destroy", "_finish"],
)
def test_killed_at_any_stage_it_goes_on(persons: list[int], shelf: Shelf, stop: str) -> None:
    row = erasing.execute(erasure=_approved(persons), by=actor(Role.PRIVACY_OFFICER))
    if stop == "_destroy":
        target = patch.object(ErasureSubject.objects, "select_for_update", side_effect=RuntimeError)
    elif stop == "_finish":
        target = patch.object(executing, "_finish", side_effect=RuntimeError)
    else:
        target = patch.object(rotation, stop, side_effect=RuntimeError)
    with target:
        assert drain(limit=1000) == ["failed"]
    RunRow.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert drain() == ["done"]
    row.refresh_from_db()
    facts = row.protocol.data
    assert (facts["subjects"], facts["keys_destroyed"]) == (2, 2)
    assert [(one["before"], one["changed"], one["after"]) for one in facts["holders"]] == [(4, 4, 0)]
    assert facts["masters_destroyed"]
    assert Vault.load(persons[2:]).erased(persons[2]) is False


def test_the_protocol_cannot_be_changed(persons: list[int]) -> None:
    paper = _executed(persons).protocol
    for change in (
        lambda: ErasureProtocol.objects.filter(pk=paper.pk).update(sha="x"),
        lambda: ErasureProtocol.objects.filter(pk=paper.pk).delete(),
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()
    paper.data["subjects"] = 1
    assert not protocol.intact(paper)


def test_nobody_approves_his_own_order(persons: list[int]) -> None:
    user = actor(Role.PRIVACY_OFFICER)
    both = Actor("user", user.user_id, None, "x", ((Role.PRIVACY_OFFICER, "/1/"), (Role.LEADER, "/1/")))
    row = _proposed(persons, both)
    for step in (erasing.approve, erasing.reject):
        with pytest.raises(Refused):
            step(erasure=row, by=both)
    with pytest.raises(Refused):
        erasing.approve(erasure=row, by=system_actor("x"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=row.pk).update(decided_by=both.user_id, decided_at=timezone.now())


def test_nothing_runs_without_approval(persons: list[int]) -> None:
    officer = actor(Role.PRIVACY_OFFICER)
    row = _proposed(persons)
    with pytest.raises(Conflict):
        erasing.execute(erasure=row, by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Erasure.objects.filter(pk=row.pk).update(state=ErasureState.RUNNING)
    erasing.reject(erasure=row, by=actor(Role.LEADER))
    for step, by in (
        (erasing.execute, officer),
        (erasing.withdraw, officer),
        (erasing.approve, actor(Role.LEADER)),
    ):
        with pytest.raises(Conflict):
            step(erasure=row, by=by)
    assert not RunRow.objects.exists()
    assert erasing.withdraw(erasure=_proposed(persons), by=officer).state == ErasureState.WITHDRAWN


def test_executing_twice_starts_one_run(persons: list[int]) -> None:
    row = _executed(persons)
    with pytest.raises(Conflict):
        erasing.execute(erasure=row, by=actor(Role.PRIVACY_OFFICER))
    assert RunRow.objects.count() == 1


def test_a_person_is_in_one_open_order_only(persons: list[int]) -> None:
    row = _proposed(persons)
    with pytest.raises(Conflict):
        _proposed(persons)
    erasing.withdraw(erasure=row, by=actor(Role.PRIVACY_OFFICER))
    _executed(persons)
    with pytest.raises(Conflict):
        _proposed(persons)
    with pytest.raises(Conflict):
        erasing.propose_request(subject_ids=[], basis=BASIS, by=actor(Role.PRIVACY_OFFICER), unit_path="/1/")


@pytest.mark.parametrize("basis", ["", "  ", "x" * 201, "\u7535\u8bdd 13900001234"])
def test_a_basis_is_wanted_without_personal_data(persons: list[int], basis: str) -> None:
    with pytest.raises(Invalid):
        erasing.propose_request(
            subject_ids=persons, basis=basis, by=actor(Role.PRIVACY_OFFICER), unit_path="/1/"
        )


@pytest.mark.parametrize("role", [r for r in Role if r not in roles_with(Permission.MANAGE_PRIVACY)])
def test_who_may_not_propose_or_execute(persons: list[int], role: Role) -> None:
    by = actor(role)
    approved = _approved(persons)
    attempts: list[Callable[[], object]] = [
        lambda: erasing.propose_request(subject_ids=persons[2:], basis=BASIS, by=by, unit_path="/1/"),
        lambda: erasing.propose_end_of_response(basis=BASIS, by=by),
        lambda: erasing.execute(erasure=approved, by=by),
        lambda: erasing.withdraw(erasure=approved, by=by),
    ]
    for attempt in attempts:
        with pytest.raises(Refused):
            attempt()


@pytest.mark.parametrize("role", [r for r in Role if r not in roles_with(Permission.ORDER_ERASURE)])
def test_who_may_not_approve(persons: list[int], role: Role) -> None:
    row = _proposed(persons, actor(Role.PRIVACY_OFFICER, name="other"))
    for step in (erasing.approve, erasing.reject):
        with pytest.raises(Refused):
            step(erasure=row, by=actor(role))


def test_another_zone_sees_and_touches_nothing(persons: list[int]) -> None:
    row = _proposed(persons)
    for by in (actor(Role.PRIVACY_OFFICER, "/2/"), actor(Role.LEADER, "/2/"), actor(Role.OFFICIAL)):
        with pytest.raises(NotFound):
            erasing.erasure_for(by, row.pk)
    with pytest.raises(Refused):
        erasing.approve(erasure=row, by=actor(Role.LEADER, "/2/"))
    for by in (actor(Role.PRIVACY_OFFICER), actor(Role.LEADER), actor(Role.AUDITOR)):
        assert erasing.erasure_for(by, row.pk) == row


def test_end_of_response_takes_rows_and_persons(persons: list[int], shelf: Shelf) -> None:
    temperatures = list(range(5))

    def remove(ids: object) -> int:
        assert isinstance(ids, list)
        for one in ids:
            temperatures.remove(one)
        return len(ids)

    for item in (
        RetentionRule(
            "temp", "t", "p", "b", 30, lambda _n, _d, most: temperatures[:most], remove, response=True
        ),
        RetentionRule(
            "guests", "g", "p", "b", 30, lambda _n, _d, _m: persons[:1], subjects=True, response=True
        ),
        RetentionRule("staff", "s", "p", "b", 30, lambda _n, _d, _m: persons[1:], subjects=True),
    ):
        retention.register_rule(item)
    officer = actor(Role.PRIVACY_OFFICER)
    row = erasing.propose_end_of_response(basis=BASIS, by=officer)
    with pytest.raises(Conflict):
        erasing.propose_end_of_response(basis=BASIS, by=officer)
    with patch.object(retention, "BATCH", 2):
        erasing.execute(erasure=erasing.approve(erasure=row, by=actor(Role.LEADER)), by=officer)
        assert drain() == ["done"]
    row.refresh_from_db()
    assert temperatures == []
    assert [one["removed"] for one in row.protocol.data["rules"]] == [5]
    assert row.protocol.data["subjects"] == 1
    assert Vault.load(persons).erased(persons[1]) is False


def test_files_are_destroyed_before_the_persons_and_counted_once_over_a_kill(
    persons: list[int], shelf: Shelf
) -> None:
    """A store is asked once; a kill behind it neither asks again nor loses the count."""
    asked: list[int] = []

    def destroy() -> int:
        asked.append(Subject.objects.filter(pk__in=persons, wrapped__isnull=True).count())
        return 5

    store = FileStore("test", "\u6d4b\u8bd5\u6587\u4ef6", destroy)
    with patch.dict(file_stores._stores, {"test": store}, clear=True):
        row = erasing.execute(erasure=_approved(persons), by=actor(Role.PRIVACY_OFFICER))
        with patch.object(rotation, "begin_masters", side_effect=RuntimeError):
            assert drain(limit=1000) == ["failed"]
        RunRow.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        assert drain() == ["done"]
    assert asked == [0]
    row.refresh_from_db()
    assert row.protocol.data["files"] == [{"key": "test", "label": "\u6d4b\u8bd5\u6587\u4ef6", "count": 5}]
    assert AuditRecord.objects.get(verb="privacy.erased").body["files"] == 5


def test_a_protocol_from_before_files_were_counted_still_reads(persons: list[int]) -> None:
    paper = _executed(persons).protocol
    del paper.data["files"]
    assert "\u4e8c\u3001" in protocol.as_text(paper)
