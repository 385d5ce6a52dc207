"""How the store of an enterprise stands: what is there, how long it lasts, what must be there, what is short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple, TypeVar

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from pingzhan.domain.measures.api import InForce, in_force_many
from pingzhan.domain.people.api import headcounts
from pingzhan.domain.supplies.catalogue import Article, articles
from pingzhan.domain.supplies.enums import Light, MoveKind, OrderState
from pingzhan.domain.supplies.models import Batch, Movement, PurchaseLine, StockCheck
from pingzhan.domain.supplies.stock import Rate, minimum, rate, to_buy
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock

MIN_DAYS = 7
"""Days that supplies must last where no measure in force says otherwise."""
SOON_DAYS = 30
"""What expires within so many days is replaced in time."""
WINDOW = 14
"""Days over which use is measured."""
_SHORT, _EXPIRED, _SOON, _OK, _NONE = Light
"""Looked up once: asking an enumeration for a member is a call."""
_GRAVITY = {light: n for n, light in enumerate(Light)}
_LEVELS = {4: "IV", 3: "III", 2: "II", 1: "I"}


@dataclass(frozen=True, slots=True)
class Norms:
    """What holds for an enterprise now: the people it reckons with, the phase, and the days that supplies must last."""

    heads: int
    phase: str
    days: int
    source: str
    verified: bool


class Stock(NamedTuple):
    """One article at one enterprise. Amounts are units.

    ``usable`` is what has not expired, ``expiring`` the part of it that expires within SOON_DAYS. ``least`` must
    be there; ``coming`` is on order and not overdue. ``rate`` is measured or, with ``measured`` False, the ``norm``
    of this posture. Five hundred enterprises have six thousand of these, so what few ask for is worked out when asked.
    """

    article: Article
    usable: int
    expired: int
    expiring: int
    least: int
    rate: Rate
    measured: bool
    norm: Rate
    coming: int
    light: Light

    @property
    def a_day(self) -> Fraction:
        """Return the units used a day, exactly."""
        return self.rate.a_day

    @property
    def days(self) -> int | None:
        """Return how many whole days it lasts as it is used; None where nothing is used."""
        return self.rate.lasts(self.usable)

    @property
    def covers(self) -> int | None:
        """Return the same at the norm where that is more, so that it says whether the minimum is met."""
        return (self.norm if self.norm.over(self.rate) else self.rate).lasts(self.usable)

    @property
    def buy(self) -> int:
        """Return how much to buy to have the minimum, without what expires soon, less what is coming."""
        return max(0, to_buy(there=self.usable, expiring=self.expiring, least=self.least) - self.coming)

    @property
    def short(self) -> bool:
        """Return whether less than the minimum is usable."""
        return self.usable < self.least

    @property
    def daily(self) -> str:
        """Return the units used a day as people write them, one decimal at most."""
        tenths = round(self.a_day * 10)
        return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"


@dataclass(frozen=True, slots=True)
class Store:
    """The whole store of an enterprise.

    ``checked`` is its last check that stands, None when there was none; ``opened`` whether anything was ever written
    in its book.
    """

    unit: Unit
    norms: Norms
    rows: tuple[Stock, ...]
    checked: StockCheck | None
    opened: bool

    @property
    def lacking(self) -> list[Stock]:
        """Return what is short of what is required."""
        return [row for row in self.rows if row.short and row.article.required]

    @property
    def stale(self) -> list[Stock]:
        """Return the articles of which something past its date lies there."""
        return [row for row in self.rows if row.expired]

    @property
    def soon(self) -> list[Stock]:
        """Return the articles of which something expires within SOON_DAYS."""
        return [row for row in self.rows if row.expiring]

    @property
    def light(self) -> Light:
        """Return the gravest light of what is required."""
        return min((row.light for row in self.rows if row.article.required), key=_GRAVITY.__getitem__)


def stand(units: Sequence[Unit], day: date | None = None) -> list[Store]:
    """Return how the stores of enterprises stand, in the order given. Eleven queries however many they are."""
    now = day or clock.today()
    ids = [unit.pk for unit in units]
    those = _those(ids)
    held, hired = in_force_many(ids), headcounts(ids)
    there = _amounts(those, now)
    used, since = _used(those, now), _since(those)
    coming, checks = _coming(those, now), _checks(those)
    known: dict[tuple[int, int], tuple[Norms, list[Need]]] = {}
    found = []
    for unit in units:
        pk = unit.pk
        asked = id(held[pk]), max(unit.headcount, hired.get(pk, 0))
        if asked not in known:
            norms = norms_of(held[pk], asked[1])
            known[asked] = norms, needs_of(norms)
        norms, needs = known[asked]
        facts = there.get(pk, {}), used.get(pk, {}), since.get(pk, {}), coming.get(pk, {})
        found.append(Store(unit, norms, rows_of(needs, norms.days, now, facts), checks.get(pk), pk in since))
    return found


def norms_of(now: InForce, heads: int) -> Norms:
    """Return what holds for an enterprise with so many people; the measures in force say how many days."""
    phase = _LEVELS.get(now.level or 0, "routine")
    asked = now.parameters.get("supplies_min_days")
    if asked is None:
        return Norms(heads, phase, MIN_DAYS, _("没有措施规定天数，按 7 天计算"), False)
    return Norms(heads, phase, int(asked.value), asked.source, asked.verified)


def norm_of(article: Article, norms: Norms) -> Rate:
    """Return how much of an article goes by the norm; nothing of a reserve."""
    return Rate(0 if article.reserve else article.per_thousand(norms.phase) * norms.heads, 1000)


def base_of(article: Article, norms: Norms) -> int:
    """Return the units that must be there however little is used."""
    days = 1 if article.reserve else norms.days
    by_norm = minimum(heads=norms.heads, per_thousand=article.per_thousand(norms.phase), days=days)
    return max(article.at_least, by_norm)


def least_of(article: Article, norms: Norms, rate: Rate) -> int:
    """Return the units that must be there: by the norm, or by what is really used where that is more."""
    base = base_of(article, norms)
    return base if article.reserve else max(base, rate.need(norms.days))


Facts = tuple[Mapping[str, tuple[int, int, int]], Mapping[str, int], Mapping[str, date], Mapping[str, int]]
"""By article: usable, expired and expiring; used in the WINDOW; day of the first record; coming."""
Need = tuple[str, Article, Rate, int]
"""Key, article, norm, and what must be there however little is used; the same for all with the same norms."""


def needs_of(norms: Norms) -> list[Need]:
    """Return the needs of all enterprises with these norms, in the order of the catalogue."""
    return [(key, one, norm_of(one, norms), base_of(one, norms)) for key, one in articles().items()]


def rows_of(needs: Sequence[Need], days: int, now: date, facts: Facts) -> tuple[Stock, ...]:
    """Return how the articles of one enterprise stand on a day, where they must last so many ``days``."""
    there, used, since, coming = facts
    rows = []
    for key, article, norm, base in needs:
        usable, past, expiring = there.get(key, _NOTHING)
        burned, measured = rate(used.get(key, 0), today=now, since=since.get(key), norm=norm, days=WINDOW)
        least = base if article.reserve or not measured else max(base, burned.need(days))
        if usable < least:
            light = _SHORT
        elif past:
            light = _EXPIRED
        elif expiring and usable - expiring < least:
            light = _SOON
        elif usable or least:
            light = _OK
        else:
            light = _NONE
        rows.append(
            Stock(article, usable, past, expiring, least, burned, measured, norm, coming.get(key, 0), light)
        )
    return tuple(rows)


_NOTHING = (0, 0, 0)


def _amounts(those: RawSQL, now: date) -> dict[int, dict[str, tuple[int, int, int]]]:
    found: dict[int, dict[str, tuple[int, int, int]]] = {}
    soon = now + timedelta(days=SOON_DAYS)
    rows = (
        Batch.objects.filter(enterprise__in=those, amount__gt=0)
        .order_by()
        .values_list("enterprise_id", "article", "expires")
        .annotate(n=Sum("amount"))
    )
    for unit, article, expires, n in rows:
        shelf = found.setdefault(unit, {})
        usable, past, expiring = shelf.get(article, _NOTHING)
        if expires is not None and expires < now:
            past += n
        else:
            usable += n
            if expires is not None and expires < soon:
                expiring += n
        shelf[article] = (usable, past, expiring)
    return found


def _used(those: RawSQL, now: date) -> dict[int, dict[str, int]]:
    """Return what was used over the WINDOW days before today.

    Nothing was used before the first record, so the sum is also that of the days there are records of.
    """
    rows = (
        Movement.objects.filter(
            enterprise__in=those, kind=MoveKind.USED, day__gte=now - timedelta(days=WINDOW), day__lt=now
        )
        .order_by()
        .values_list("enterprise_id", "article")
        .annotate(n=-Sum("delta"))
    )
    return _by_unit(rows)


def _since(those: RawSQL) -> dict[int, dict[str, date]]:
    """Return the day of the first record of each article: one step into the index for each, not all movements."""
    first = Movement.objects.filter(enterprise=OuterRef("enterprise"), article=OuterRef("article")).order_by(
        "day"
    )
    rows = (
        Batch.objects.filter(enterprise__in=those)
        .order_by()
        .values_list("enterprise_id", "article")
        .distinct()
        .annotate(first=Subquery(first.values("day")[:1]))
    )
    return _by_unit(rows)


def _coming(those: RawSQL, now: date) -> dict[int, dict[str, int]]:
    rows = (
        PurchaseLine.objects.filter(
            purchase__enterprise__in=those, purchase__state=OrderState.ORDERED, purchase__expected__gte=now
        )
        .order_by()
        .values_list("purchase__enterprise_id", "article")
        .annotate(n=Sum("amount"))
    )
    return _by_unit(rows)


_T = TypeVar("_T")


def _by_unit(rows: Iterable[tuple[int, str, _T | None]]) -> dict[int, dict[str, _T]]:
    """Return what is known of each article by enterprise; nothing is said of those of which nothing is known."""
    found: dict[int, dict[str, _T]] = {}
    for unit, article, fact in rows:
        if fact is not None:
            found.setdefault(unit, {})[article] = fact
    return found


def last_checks(ids: Iterable[int]) -> dict[int, StockCheck]:
    """Return the last check that stands of each enterprise."""
    return _checks(_those(list(ids)))


def _checks(those: RawSQL) -> dict[int, StockCheck]:
    rows = StockCheck.objects.filter(enterprise__in=those, withdrawn_at__isnull=True)
    return {
        one.enterprise_id: one
        for one in rows.order_by("enterprise_id", "-at", "-pk").distinct("enterprise_id")
    }


def _those(ids: list[int]) -> RawSQL:
    """Return ids as one array: as five hundred values they cost more to write down than to look up."""
    return RawSQL("SELECT unnest(%s::bigint[])", [ids])
