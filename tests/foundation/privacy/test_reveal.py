"""Opening values: only with the right and a reason, always recorded, at most so many an hour."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models.functions import Now

from pingzhan.foundation.access.actor import Actor, link_actor
from pingzhan.foundation.access.roles import Permission, Role, roles_with
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.foundation.options import registry
from pingzhan.foundation.privacy import reveal as opening
from pingzhan.foundation.privacy.models import Subject
from pingzhan.foundation.privacy.reveal import LIMIT, Revealable, TooMany, find, register_revealable, reveal
from pingzhan.foundation.privacy.vault import new_subjects
from pingzhan.kernel.errors import Conflict, Invalid, NotFound, Refused

WHY = "\u6838\u5b9e\u8eab\u4efd"
pytestmark = pytest.mark.django_db


def _actor(role: Role, path: str = "/1/") -> Actor:
    user = User.objects.create_user(username=f"{role}-{path.strip('/')}", password=None)
    return Actor(kind="user", user_id=user.pk, person_id=None, name="\u67d0", grants=((role, path),))


@pytest.fixture
def person() -> tuple[int, dict[str, bytes]]:
    box = new_subjects("test", 1)
    one = box.ids[0]
    values = {"name": "\u6b27\u9633\u8bd5", "phone": "13900001234"}
    return one, {field: box.seal(one, field, text) for field, text in values.items()}


def test_opens_and_records_without_the_values(person: tuple[int, dict[str, bytes]]) -> None:
    subject, sealed = person
    by = _actor(Role.DUTY_OFFICER)
    opened = reveal(
        subject_id=subject,
        fields=sealed,
        reason=" \u7d27\u6025  \u8054\u7edc\u672c\u4eba ",
        by=by,
        unit_path="/1/2/",
    )
    assert opened == {"name": "\u6b27\u9633\u8bd5", "phone": "13900001234"}
    line = AuditRecord.objects.latest("id")
    assert (line.verb, line.subject_id, line.unit_path) == ("privacy.revealed", str(subject), "/1/2/")
    assert line.body == {"fields": ["name", "phone"], "reason": "\u7d27\u6025 \u8054\u7edc\u672c\u4eba"}


@pytest.mark.parametrize("role", [r for r in Role if r not in roles_with(Permission.REVEAL_PERSONAL)])
def test_other_roles_are_refused(person: tuple[int, dict[str, bytes]], role: Role) -> None:
    with pytest.raises(Refused):
        reveal(
            subject_id=person[0],
            fields=person[1],
            reason=WHY,
            by=_actor(role),
            unit_path="/1/",
        )


def test_the_right_ends_at_the_unit(person: tuple[int, dict[str, bytes]]) -> None:
    for by in (_actor(Role.DUTY_OFFICER, "/2/"), link_actor(1, "\u67d0")):
        with pytest.raises(Refused):
            reveal(
                subject_id=person[0],
                fields=person[1],
                reason=WHY,
                by=by,
                unit_path="/1/",
            )
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "\u770b\u770b",
        "\u8054\u7edc" * 31,
        "\u6253 13900001234",
        "\u6838\u5b9e\u6b27\u9633\u8bd5\u8eab\u4efd",
    ],
)
def test_a_reason_that_says_nothing_or_too_much(person: tuple[int, dict[str, bytes]], reason: str) -> None:
    with pytest.raises(Invalid):
        reveal(
            subject_id=person[0],
            fields=person[1],
            reason=reason,
            by=_actor(Role.DUTY_OFFICER),
            unit_path="/1/",
        )
    assert not AuditRecord.objects.exists()


def test_destroyed_data_cannot_be_opened(person: tuple[int, dict[str, bytes]]) -> None:
    Subject.objects.filter(pk=person[0]).update(wrapped=None, erased_at=Now())
    with pytest.raises(Conflict):
        reveal(
            subject_id=person[0],
            fields=person[1],
            reason=WHY,
            by=_actor(Role.DUTY_OFFICER, "/"),
        )


def test_the_hourly_limit_counts_per_account_and_is_recorded_once(
    person: tuple[int, dict[str, bytes]],
) -> None:
    registry._cache[LIMIT] = "2"
    one, other = _actor(Role.DUTY_OFFICER, "/"), _actor(Role.PRIVACY_OFFICER, "/")
    for _ in range(2):
        reveal(subject_id=person[0], fields=person[1], reason=WHY, by=one)
    for _ in range(3):
        with pytest.raises(TooMany):
            reveal(subject_id=person[0], fields=person[1], reason=WHY, by=one)
    assert AuditRecord.objects.filter(verb="privacy.reveal_limited").count() == 1
    reveal(subject_id=person[0], fields=person[1], reason=WHY, by=other)
    assert AuditRecord.objects.filter(verb="privacy.revealed").count() == 3


@pytest.fixture
def finder(person: tuple[int, dict[str, bytes]]) -> Iterator[None]:
    def found(actor: Actor, pk: int) -> Revealable:
        if pk != 7 or not actor.paths(Permission.VIEW_WORKERS):
            raise NotFound("")
        return Revealable(person[0], person[1], unit_path="/1/2/")

    register_revealable("test", found)
    yield
    opening._finders.pop("test")


def test_find_asks_the_module_first_and_the_right_second(finder: None) -> None:
    assert find("test", 7, by=_actor(Role.DUTY_OFFICER)).unit_path == "/1/2/"
    for kind, pk, by in (
        ("test", 8, _actor(Role.COMPANY)),
        ("other", 7, _actor(Role.COMPANY, "/3/")),
        ("test", 7, link_actor(1, "\u67d0")),
        ("test", 7, _actor(Role.OFFICIAL)),
    ):
        with pytest.raises(NotFound):
            find(kind, pk, by=by)
    with pytest.raises(Refused):
        find("test", 7, by=_actor(Role.COMPANY, "/1/3/"))
    with pytest.raises(Refused):
        find("test", 7, by=_actor(Role.LEADER))
