"""Numbers without gaps.

A database sequence leaves a gap whenever a transaction fails, so there is none: a number is the counter's row plus
one, under a lock that lasts until the issue is committed. Who fails gives it back by failing.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.documents.enums import NumberState
from pingzhan.foundation.documents.models import Counter, Number, Organ, Series
from pingzhan.kernel.errors import Conflict, Invalid


def series_for(organ: Organ, kind: str) -> Series:
    """Return the series in which this organ numbers this kind of paper. Raises Invalid when it has none."""
    found = Series.objects.filter(organ=organ, kinds__contains=[kind]).order_by("pk").first()
    if found is None:
        raise Invalid(
            _("“%(organ)s”还没有这个文种的发文字号系列。") % {"organ": organ.name},
            hint=_("请先在“发文机关和字号”里登记代字。"),
            code="no_series",
        )
    return found


def give_number(series: Series, year: int, by: Actor) -> Number:
    """Take the next number of a series and year inside the caller's transaction.

    Others who want one of the same series and year wait until that transaction ends.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is given in the transaction that uses it")
    Counter.objects.get_or_create(series=series, year=year, defaults={"start": 0, "last": 0})
    counter = Counter.objects.select_for_update(of=("self",), no_key=True).get(series=series, year=year)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    number = counter.last + 1
    return Number.objects.create(
        series=series,
        year=year,
        number=number,
        text=series.text_of(year, number),
        given_by_name=by.name,
    )


def void_number(number: Number, reason: str) -> None:
    """Mark a number void; its place in the register stays. Raises Conflict when it is void already."""
    done = Number.objects.filter(pk=number.pk, state=NumberState.USED).update(
        state=NumberState.VOID, reason=reason
    )
    if not done:
        raise Conflict(_("这个发文字号已经作废。"), code="void_already")


@dataclass(frozen=True)
class Run:
    """One series in one year: the numbers given, how many are void, and whether one is missing."""

    series: Series
    year: int
    first: int
    last: int
    given: int
    void: int

    @property
    def first_before(self) -> int:
        """Return the last number given by hand before this system took over."""
        return self.first - 1

    @property
    def missing(self) -> int:
        """Return how many numbers between the first and the last were never given; always 0."""
        return self.last - self.first + 1 - self.given if self.last >= self.first else 0


def number_runs(organs: list[Organ]) -> list[Run]:
    """Return every counted year of the series of these organs, the newest first. Two queries."""
    counters = list(
        Counter.objects.filter(series__organ__in=organs)
        .select_related("series__organ")
        .order_by("series__organ_id", "series_id", "-year")
    )
    counted = {
        (row["series_id"], row["year"]): row
        for row in Number.objects.filter(series__organ__in=organs)
        .values("series_id", "year")
        .annotate(
            given=Count("id"),
            low=Min("number"),
            high=Max("number"),
            void=Count("id", filter=Q(state=NumberState.VOID)),
        )
        .order_by()
    }
    runs = []
    for one in counters:
        row = counted.get((one.series_id, one.year), {"given": 0, "void": 0})
        runs.append(Run(one.series, one.year, one.start + 1, one.last, row["given"], row["void"]))
    return runs
