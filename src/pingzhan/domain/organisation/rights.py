"""帮包责任制 (四（四）): who answers for an enterprise sees its file and its roster, and nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import F, Value
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.actions.people import link_account
from pingzhan.domain.organisation.enums import ResponsibilityKind
from pingzhan.domain.organisation.models import Person, Responsibility
from pingzhan.domain.territory.enums import UnitKind
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import system_actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import Conflict, NotFound

PERMISSIONS = frozenset(
    {
        Permission.VIEW_ENTERPRISES,
        Permission.VIEW_WORKERS,
        Permission.VIEW_LEDGERS,
        Permission.REVIEW_PLANS,
    }
)


def _reason(rank: int, unit: str) -> str:
    if rank:
        return _("“%(unit)s”的第 %(n)d 顺位包企责任人，依据通知 四（四）。") % {"unit": unit, "n": rank + 1}
    return _("“%(unit)s”的包企责任人，依据通知 四（四）。") % {"unit": unit}


def of_person(person_id: int) -> Iterable[tuple[Collection[Permission], str, str]]:
    """Return the enterprises a person answers for (one query)."""
    rows = Responsibility.objects.filter(person_id=person_id, kind=ResponsibilityKind.ENTERPRISE)
    return [
        (PERMISSIONS, path, _reason(rank, name))
        for path, name, rank in rows.values_list("unit__path", "unit__name", "rank")
    ]


def over_unit(
    unit_path: str,
) -> Iterable[tuple[int, str, int | None, Collection[Permission], str, str]]:
    """Return who answers for the unit or one above it (one query)."""
    rows = (
        Responsibility.objects.filter(kind=ResponsibilityKind.ENTERPRISE)
        .annotate(asked=Value(unit_path))
        .filter(asked__startswith=F("unit__path"))
        .order_by("rank", "person__sort_key")
        .values_list("person_id", "person__name", "person__account_id", "unit__path", "unit__name", "rank")
    )
    return [
        (person, name, account, PERMISSIONS, path, _reason(rank, unit))
        for person, name, account, path, unit, rank in rows
    ]


_enterprises: set[str] = set()
"""Paths found to be enterprises; a unit never changes its kind."""


def is_one_enterprise(path: str) -> bool:
    """Return whether a unit path is an enterprise (one query the first time that it is one)."""
    if path not in _enterprises and Unit.objects.filter(path=path, kind=UnitKind.ENTERPRISE).exists():
        _enterprises.add(path)
    return path in _enterprises


def bind(person_id: int, user: User) -> None:
    """Tie an account opened by an invitation to its person. Conflict when it is somebody else's already."""
    person = Person.objects.filter(pk=person_id, provisional=False).first()
    if person is None:
        raise NotFound(_("这名人员已不存在，请重新邀请。"))
    if person.account_id is not None:
        raise Conflict(_("这名人员已有账号。"), place=person.name)
    link_account(person=person, user=user, by=system_actor(_("邀请")))
