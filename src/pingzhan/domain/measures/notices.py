"""Notices about terms that end soon."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.domain.measures.models import Force
from pingzhan.domain.organisation.models import Person
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Permission, roles_with
from pingzhan.foundation.messages import NewNotice, Rendered, enqueue_bulk
from pingzhan.foundation.messages.models import Notice, Priority

SUBJECT = "measure_term"


def tell_ending(zone: Unit, force: Force, *, key: str, title: str) -> int:
    """Tell everybody who may put measures in force in the zone; return how many were told for the first time."""
    paths = [zone.path[: at + 1] for at, mark in enumerate(zone.path) if mark == "/"]
    granted = RoleGrant.objects.filter(
        role__in=[str(role) for role in roles_with(Permission.PUBLISH_MEASURES)], unit_path__in=paths
    )
    people = Person.objects.filter(account__in=granted.values("user_id"), active=True).order_by("pk")
    return enqueue_bulk(
        [
            NewNotice(
                dedupe=f"measures:{key}:{person.pk}",
                recipient=person.pk,
                account=person.account_id,
                kind=SUBJECT,
                channel="auto",
                title=title,
                subject_kind=SUBJECT,
                subject_id=force.pk,
                priority=Priority.NORMAL,
                unit_path=zone.path,
            )
            for person in people
        ]
    )


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return title, body and link of notices about terms. No query."""
    return {
        one.pk: Rendered(
            one.title, _("需要继续执行的，请在期满前另行决定；期满自行终止。"), _page(one.subject_id)
        )
        for one in notices
    }


def _page(force_id: int) -> str:
    try:
        return reverse("measures:force", args=[force_id])
    except NoReverseMatch:
        return "/measures/"
