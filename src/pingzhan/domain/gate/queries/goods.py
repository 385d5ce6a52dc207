"""Lots of goods: what still stands against a release, how long it takes, and the whole story of a lot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.gate.enums import WATCHED, GoodsClass, LotState, StepKind
from pingzhan.domain.gate.models import GoodsLot, LotStep
from pingzhan.kernel.folding import fold

_TESTS = (StepKind.TEST_NEGATIVE, StepKind.TEST_POSITIVE)


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot as board and list show it. ``days_left`` counts begun days of 24 hours until the quarantine ends."""

    lot: GoodsLot
    hindrances: list[str]
    days_left: int
    late: str = ""
    """From when the quarantine counts if the arrival was registered late."""

    @property
    def ready(self) -> bool:
        """Return whether the lot may be released now."""
        return not self.hindrances and self.lot.state in WATCHED


@dataclass(frozen=True, slots=True)
class LotFilter:
    """What the list of lots is narrowed to; an empty field narrows nothing."""

    words: str = ""
    goods_class: str = ""
    state: str = ""
    enterprise_id: int | None = None


def find_lots(lots: QuerySet[GoodsLot], wanted: LotFilter) -> QuerySet[GoodsLot]:
    """Return the lots that fit, the latest arrival first; ``watched`` as state means all that are under watch."""
    if wanted.enterprise_id is not None:
        lots = lots.filter(enterprise=wanted.enterprise_id)
    if wanted.goods_class in GoodsClass.values:
        lots = lots.filter(goods_class=wanted.goods_class)
    if wanted.state == "watched":
        lots = lots.filter(state__in=WATCHED)
    elif wanted.state in LotState.values:
        lots = lots.filter(state=wanted.state)
    if words := fold(wanted.words):
        lots = lots.filter(
            Q(code__icontains=words)
            | Q(name__icontains=words)
            | Q(origin__icontains=words)
            | Q(container_no__icontains=words)
            | Q(inspection_no__icontains=words)
        )
    return lots.order_by("-arrived_at", "-pk")


def standing_steps() -> QuerySet[LotStep]:
    """Return the steps that were not voided."""
    return LotStep.objects.filter(~Exists(LotStep.objects.filter(voids=OuterRef("pk"))))


def lot_rows(lots: Iterable[GoodsLot], moment: datetime) -> list[LotRow]:
    """Return the lots with what stands against their release at ``moment``. One query."""
    found: Sequence[GoodsLot] = list(lots)
    done: dict[int, set[str]] = {}
    last_test: dict[int, str] = {}
    steps = standing_steps().filter(
        lot__in=[lot.pk for lot in found], kind__in=[StepKind.DISINFECTED, *_TESTS]
    )
    for lot_id, kind in steps.order_by("at", "pk").values_list("lot_id", "kind"):
        done.setdefault(lot_id, set()).add(kind)
        if kind in _TESTS:
            last_test[lot_id] = kind
    return [
        LotRow(
            lot,
            hindrances(lot, done.get(lot.pk, set()), last_test.get(lot.pk, ""), moment)
            if lot.state in WATCHED
            else [],
            days_left(lot, moment),
            late_note(lot),
        )
        for lot in found
    ]


def days_left(lot: GoodsLot, moment: datetime) -> int:
    """Return how many begun days of 24 hours are left of the quarantine."""
    left = (lot.ripe_at - moment).total_seconds()
    return max(0, -int(-left // 86_400))


def late_note(lot: GoodsLot) -> str:
    """Return the sentence that says from when a lot registered late lies still, empty for any other."""
    if not lot.rule_days or lot.counts_from == lot.arrived_at:
        return ""
    return _("到厂超过 24 小时才登记，此前的天数无法核实，静置从登记前 24 小时（%(at)s）算起。") % {
        "at": f"{timezone.localtime(lot.counts_from):%Y-%m-%d %H:%M}"
    }


def hindrances(lot: GoodsLot, done: set[str], last_test: str, moment: datetime) -> list[str]:
    """Return in whole sentences what the lot's rule still asks for; the database asks the same (models.guards)."""
    found = []
    if moment < lot.ripe_at:
        found.append(
            _("静置期未满：%(days)d 天，到 %(at)s 为止。")
            % {"days": lot.rule_days, "at": f"{timezone.localtime(lot.ripe_at):%Y-%m-%d %H:%M}"}
            + late_note(lot)
        )
    if lot.rule_days and lot.storage_id is None:
        found.append(_("还没有登记静置的存放场所。"))
    if lot.rule_disinfection and StepKind.DISINFECTED not in done:
        found.append(_("还没有消毒记录。"))
    if lot.rule_certificate and not lot.inspection_no:
        found.append(_("还没有检验检疫证明编号。"))
    if last_test == StepKind.TEST_POSITIVE:
        found.append(_("最近一次检测不合格。"))
    elif lot.rule_test and last_test != StepKind.TEST_NEGATIVE:
        found.append(_("还没有检测合格的报告。"))
    return found
