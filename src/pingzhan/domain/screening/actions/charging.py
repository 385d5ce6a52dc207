"""Who gets what to do when a tube is positive or grey: named tasks, and a proposal to switch that a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.domain.command import api as command
from pingzhan.domain.command.enums import Posture
from pingzhan.domain.command.models import Seat
from pingzhan.domain.orders import api as orders
from pingzhan.domain.orders.enums import FINAL_STATES, OrderSource
from pingzhan.domain.orders.models import Order
from pingzhan.domain.organisation.api import published_version
from pingzhan.domain.organisation.enums import PostRole, ResponsibilityKind
from pingzhan.domain.organisation.models import Group, Person, Responsibility
from pingzhan.domain.screening import settings
from pingzhan.domain.screening.enums import ProposalState, PursuitState, Verdict
from pingzhan.domain.screening.models import Hold, Pursuit, SwitchProposal
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor, system_actor

FUNCTIONS = ("testing", "medical", "response")
"""核酸检测组, 医疗保障组, 应急处置组 of annex 1, by what a group is for."""
NAMED = 5
"""Tubes and enterprises named in a task; the rest are counted."""


def machine() -> Actor:
    """Return who gives the tasks: a rule, not whoever entered the result."""
    return system_actor(_("混管追阳"))


def give_tasks(zone: Unit, pursuits: Sequence[Pursuit]) -> list[int]:
    """Give the tasks that follow from new pursuits and return the orders: one for each group, one an enterprise.

    A group that nobody leads now gives way to whoever answers for the enterprise. Who they are stands on the page,
    never in the task.
    """
    with translation.override("zh-hans"):
        counts = _heads(pursuits)
        firms = Unit.objects.in_bulk([pk for pk, _n in counts if pk is not None])
        n = sum(n for _pk, n in counts)
        tubes = _listed([one.tube.code for one in pursuits])
        where = _listed([firms[pk].name for pk, _n in counts if pk is not None]) or _("现场")
        now, by = clock.now(), machine()
        retest = now + timedelta(minutes=settings.retest_minutes())
        control = now + timedelta(
            minutes=next(one.now for one in settings.TARGETS if one.key == "controlled")
        )
        given = {"tubes": tubes, "n": n, "where": where}
        words = {
            "testing": (
                _("混管追阳：%(n)d 人立即单采单检") % given,
                _(
                    "%(tubes)s 管结果异常，涉及%(where)s，共 %(n)d 人。请编制并采用复采计划，逐人单管采样，优先送检。"
                )
                % given,
                retest,
            ),
            "medical": (
                _("混管追阳：联系 %(n)d 名管内人员") % given,
                _("%(tubes)s 管结果异常，涉及%(where)s，共 %(n)d 人。请逐人联系，询问症状，指导单独等候。")
                % given,
                retest,
            ),
            "response": (
                _("混管追阳：到场管控 %(n)d 名管内人员") % given,
                _(
                    "%(tubes)s 管结果异常，涉及%(where)s，共 %(n)d 人。请到现场落实单独管控，单采结果出来前不流动。"
                )
                % given,
                control,
            ),
        }
        made = [
            orders.issue_order(
                zone=zone, to=to, due_at=words[function][2], by=by, title=words[function][0],
                text=words[function][1], source=OrderSource.REPORT, source_note=_("混管追阳"), critical=True,
            ).pk
            for function, to in _leads(zone, list(firms)).items()
        ]  # fmt: skip
        for pk, heads in counts:
            if pk is not None:
                made.append(
                    orders.issue_order(
                        zone=zone, to=orders.To.enterprise(pk), due_at=control, by=by,
                        title=_("混管追阳：本企业 %(n)d 人立即单独等候") % {"n": heads},
                        text=_("请立即通知本企业管内人员停止工作和流动，单独等候单采单检；名单见“追阳管控”页面。"),
                        source=OrderSource.REPORT, source_note=_("混管追阳"), critical=True,
                    ).pk
                )  # fmt: skip
    return made


def _heads(pursuits: Sequence[Pursuit]) -> list[tuple[int | None, int]]:
    return list(
        Hold.objects.filter(members__pursuit__in=pursuits)
        .order_by("enterprise_id")
        .values_list("enterprise_id")
        .annotate(n=Count("pk", distinct=True))
    )


def _listed(words: Sequence[str]) -> str:
    if len(words) <= NAMED:
        return "、".join(words)
    return _("%(some)s等 %(n)d 个") % {"some": "、".join(words[:NAMED]), "n": len(words)}


def _leads(zone: Unit, firms: Sequence[int]) -> dict[str, orders.To]:
    """Return who gets the task of each function, those that nobody could get left out. Four queries at most."""
    version = published_version(zone.pk)
    groups = (
        {
            command.function_of(command.GroupLike(one.code, one.name, one.kind)): one.code
            for one in Group.objects.filter(version=version).order_by("-pk")
        }
        if version is not None
        else {}
    )
    led = set(
        Seat.objects.filter(
            world=0, zone=zone, closed_at__isnull=True, post__group__code__in=list(groups.values()),
            post__role__in=[PostRole.HEAD, PostRole.DEPUTY],
        ).values_list("post__group__code", flat=True)
    )  # fmt: skip
    answering = _answering(firms)
    found: dict[str, orders.To] = {}
    for function in FUNCTIONS:
        code = groups.get(function)
        if code in led and code is not None:
            found[function] = orders.To.group(code)
        elif answering is not None and answering.home_unit.path.startswith(zone.path):
            found[function] = orders.To.person(answering.pk)
        elif code is not None:
            found[function] = orders.To.group(code)
    return found


def _answering(firms: Sequence[int]) -> Person | None:
    row = (
        Responsibility.objects.filter(unit__in=firms, kind=ResponsibilityKind.ENTERPRISE, person__active=True)
        .select_related("person__home_unit")
        .order_by("rank", "unit_id")
        .first()
    )
    return row.person if row is not None else None


def tasks_of(pursuits: Sequence[Pursuit]) -> list[int]:
    """Return the live tasks that only these pursuits ask for, locked in the order of their numbers."""
    ids = {pk for one in pursuits for pk in one.order_ids}
    if not ids:
        return []
    others = Pursuit.objects.filter(state=PursuitState.OPEN, order_ids__overlap=sorted(ids))
    shared = {pk for row in others.values_list("order_ids", flat=True) for pk in row}
    live = Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids - shared)
    return list(live.exclude(state__in=FINAL_STATES).order_by("pk").values_list("pk", flat=True))


def call_off(order_ids: Sequence[int], why: str) -> None:
    """Take back tasks (as ``tasks_of`` returned them) because a result was corrected."""
    for pk in order_ids:
        orders.cancel_order(order_id=pk, reason=why, by=machine())


def propose(zone: Unit, pursuits: Sequence[Pursuit]) -> SwitchProposal | None:
    """Propose to switch where a tube is positive and nothing is in force yet: the enterprise, the zone for several.

    It is a row that a person decides. One proposal of a zone is open at a time and grows with further tubes.
    """
    positive = [one for one in pursuits if one.verdict == Verdict.POSITIVE]
    if not positive or not settings.proposes_switch():
        return None
    all_open = Pursuit.objects.filter(zone=zone, state=PursuitState.OPEN, verdict=Verdict.POSITIVE)
    firms = set(
        Hold.objects.filter(members__pursuit__in=all_open)
        .order_by()
        .values_list("enterprise_id", flat=True)
        .distinct()
    )
    only = next(iter(firms)) if len(firms) == 1 else None
    unit_id = only or zone.pk
    if command.posture_of([unit_id])[unit_id].posture == Posture.EMERGENCY:
        return None
    values = {"unit_id": unit_id, "tubes": all_open.count()}
    waiting = SwitchProposal.objects.select_for_update(no_key=True).filter(
        zone=zone, state=ProposalState.OPEN
    )
    found = waiting.first()
    if found is None:
        return SwitchProposal.objects.create(zone=zone, pursuit=positive[0], **values)
    SwitchProposal.objects.filter(pk=found.pk).update(**values)
    found.refresh_from_db()
    return found


def take_back_proposal(zone: Unit, why: str) -> None:
    """Withdraw the open proposal of a zone once none of its tubes is positive any more."""
    if not Pursuit.objects.filter(zone=zone, state=PursuitState.OPEN, verdict=Verdict.POSITIVE).exists():
        SwitchProposal.objects.filter(zone=zone, state=ProposalState.OPEN).update(
            state=ProposalState.WITHDRAWN, decided_at=Now(), decided_by=machine().name, note=why
        )
