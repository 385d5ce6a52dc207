"""The objects of the world that returns are made of: one declared, one asked for, a region on the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api as returnees
from tests.factories import SmallZone


def returning(small: SmallZone, workers: list[Employment]) -> dict[str, Any]:
    """Return the numbers of a return of the first worker, of an invitation of the second, and of a region."""
    today = timezone.localdate()
    stay = returnees.Stay("370102", "\u4e91\u5cad", today - timedelta(days=4), today - timedelta(days=1))
    declared = returnees.apply_return(
        employment=workers[0],
        journey=returnees.Journey(today, stay.code, stay.name),
        declared=returnees.Declared(returnees.Facts(stays=(stay,))),
        by=small.root,
    )
    invited = returnees.invite(employment=workers[1], return_on=today, by=small.root)
    region = returnees.add_region(
        zone=small.zone,
        spec=returnees.RegionSpec("370199", "\u9752\u6eaa", "high", today - timedelta(days=9)),
        by=small.root,
    )
    return {
        "returnee": declared.pk,
        "invited_returnee": invited.pk,
        "returning": returnees.token_for(invited, timezone.now()),
        "key_region": region.pk,
        "firm_unit": workers[0].enterprise_id,
    }
