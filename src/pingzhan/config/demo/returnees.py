"""Returns of the demo zone: a list of key regions with invented places, and returns in each state."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from pingzhan.domain.people.models import Employment
from pingzhan.domain.returnees import api as returnees
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor

DAY = timedelta(days=1)
#: Codes that no real division has, with invented names.
REGIONS = (
    ("379901", "云岭市青溪区", "high", 12, None),
    ("379902", "云岭市石塘县", "medium", 9, None),
    ("379903001", "云岭市梅湾街道", "sealed", 6, None),
    ("439901", "南屏市", "low", 25, 4),
    ("379904", "云岭市桐山县", "key", 40, 15),
)
SOURCE = "试验指办发〔2026〕7号"


def demo_returnees(zone: Unit, by: Actor) -> None:
    """Fill the list and enter returns at the first enterprises: admitted, waiting, under observation, asked."""
    today = timezone.localdate()
    for code, name, level, ago, ended in REGIONS:
        spec = returnees.RegionSpec(
            code, name, level, today - ago * DAY, today - ended * DAY if ended is not None else None, SOURCE
        )
        returnees.add_region(zone=zone, spec=spec, by=by)
    firms: dict[int, list[Employment]] = {}
    for job in (
        Employment.objects.filter(enterprise__path__startswith=zone.path, left__isnull=True)
        .select_related("enterprise", "individual")
        .order_by("enterprise__code", "employee_no", "pk")[:2_000]
    ):
        firms.setdefault(job.enterprise_id, []).append(job)
    for jobs in list(firms.values())[:3]:
        _returns(jobs[:7], today, by)


def _stay(today: date, code: str, name: str, first: int, last: int) -> returnees.Stay:
    return returnees.Stay(code, name, today - first * DAY, today - last * DAY)


def _returns(jobs: list[Employment], today: date, by: Actor) -> None:
    midnight = datetime.combine(today, time.min)
    here = ("379902", "云岭市石塘县")
    facts = (
        returnees.Facts(stays=(_stay(today, "439901", "南屏市", 11, 1),)),
        returnees.Facts(
            stays=(_stay(today, "439901", "南屏市", 9, 1),),
            episodes=(
                returnees.Episode(returnees.Symptom.VOMITING, today - 2 * DAY, midnight - timedelta(hours=9)),
            ),
        ),
        returnees.Facts(
            stays=(_stay(today, "379901", "云岭市青溪区", 13, 4), _stay(today, *here, 4, 1)),
            episodes=(returnees.Episode(returnees.Symptom.COUGH, today - DAY),),
            tests=(returnees.Swab(today - DAY, returnees.Result.NEGATIVE),),
        ),
        returnees.Facts(stays=(_stay(today, "439901", "南屏市", 8, 2),)),
        returnees.Facts(stays=(_stay(today, "439901", "南屏市", 20, 3),)),
    )
    days = (0, 1, 2, 0, 0)
    for job, fact, ahead in zip(jobs, facts, days, strict=False):
        stay = max(fact.stays, key=lambda one: one.end)
        row = returnees.apply_return(
            employment=job,
            journey=returnees.Journey(today + ahead * DAY, stay.code, stay.name, "train"),
            declared=returnees.Declared(fact),
            by=by,
        )
        if job in jobs[3:5]:
            row = returnees.recheck(
                application=row, temperature=Decimal("36.4"), seen=returnees.Seen(), by=by
            )
        if job in jobs[4:5]:
            returnees.put_on_post(application=row, by=by)
    for job in jobs[5:6]:
        returnees.invite(employment=job, return_on=today + 3 * DAY, by=by)
