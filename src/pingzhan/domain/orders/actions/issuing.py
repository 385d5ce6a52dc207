"""交办: issuing an order, and one text to many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pingzhan.domain.command.api import in_force
from pingzhan.domain.orders import rules
from pingzhan.domain.orders.actions.common import tell, write_event
from pingzhan.domain.orders.enums import (
    Evidence,
    OrderSource,
    OrderState,
    OrderVerb,
    TargetKind,
    TargetRole,
)
from pingzhan.domain.orders.models import Batch, Decision, Meeting, Order, OrderCounter, Target
from pingzhan.domain.orders.notices import notice, unique
from pingzhan.domain.orders.queries.reach import heads_of, owners_of, responsible_of
from pingzhan.domain.orders.targets import Found, To, find_targets
from pingzhan.domain.orders.times import next_stage, require_near, yellow_from
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages import NewNotice, enqueue_bulk
from pingzhan.kernel.errors import Invalid

MAX_TITLE = 120
MAX_TEXT = 4000
MAX_BULK = 2000
LATE_ENTRY = timedelta(days=30)
"""How far back an order given on paper may be entered (command.md section 15, case 27)."""


@dataclass(frozen=True)
class Words:
    """What is ordered, apart from whom it goes to.

    ``given_at`` is for an order that was given before it could be entered; the due time may then have passed.
    Without a title the text is its own title.
    """

    text: str
    due_at: datetime
    title: str = ""
    source: str = OrderSource.DESK
    source_note: str = ""
    critical: bool = False
    evidence: str = Evidence.TEXT
    meeting: Meeting | None = None
    decision: Decision | None = None
    given_at: datetime | None = None
    batch: Batch | None = field(default=None, compare=False)


@transaction.atomic
def issue_order(
    *,
    zone: Unit,
    to: To,
    due_at: datetime,
    by: Actor,
    title: str = "",
    text: str = "",
    co: Sequence[To] = (),
    source: str = OrderSource.DESK,
    source_note: str = "",
    critical: bool = False,
    evidence: str = Evidence.TEXT,
    meeting: Meeting | None = None,
    decision: Decision | None = None,
    given_at: datetime | None = None,
    world: int = 0,
) -> Order:
    """Give an order to one lead and any number of helpers, tell them, and return it.

    A post or an enterprise is addressed directly (扁平化): the head of the post's group, or the enterprise's
    responsible official, is told too. Raises Refused without ISSUE_ORDERS where the lead and each helper is,
    Invalid for no words, a due time that has passed or is ten years away, or a target the zone does not have.
    """
    words = Words(text, due_at, title, source, source_note, critical, evidence, meeting, decision, given_at)
    words = _checked(words, zone, world)
    found = find_targets(zone, world, [to, *co])
    lead = found.get(to)
    if lead is None:
        raise Invalid(
            _("没有这个承办对象。"), hint=_("请从列出的岗位、工作组、企业或人员中选择。"), code="order_target"
        )
    rules.require_issue(by, lead.unit)
    helpers = []
    for one in dict.fromkeys(co):
        if one not in found:
            raise Invalid(_("没有这个协办对象。"), place=one.key, code="order_target")
        rules.require_issue(by, found[one].unit)
        if one != to:
            helpers.append(found[one])
    order = _make([(lead, helpers)], words, zone=zone, world=world, by=by)[0]
    record(
        "orders.issue",
        by=by,
        subject=("work_order", order.pk),
        unit_path=order.unit.path,
        world=world,
        body={
            "number": order.number,
            "to": str(to.kind),
            "source": str(source),
            "helpers": len(helpers),
        },
    )
    return order


@transaction.atomic
def issue_bulk(
    *,
    zone: Unit,
    to: Iterable[To],
    due_at: datetime,
    by: Actor,
    title: str = "",
    text: str = "",
    source: str = OrderSource.DESK,
    source_note: str = "",
    critical: bool = False,
    evidence: str = Evidence.TEXT,
    meeting: Meeting | None = None,
    decision: Decision | None = None,
    filter_words: str = "",
    world: int = 0,
) -> Batch:
    """Give the same order to many, each with its own number and state, and return the batch.

    Asked = made + refused: whom it could not be given (gone, outside the issuer's units) is listed in the batch
    with the reason. Raises Invalid when nobody is left or there are more than 2,000.
    """
    words = _checked(
        Words(text, due_at, title, source, source_note, critical, evidence, meeting, decision), zone, world
    )
    asked = list(dict.fromkeys(to))
    if len(asked) > MAX_BULK:
        raise Invalid(_("一次最多下达 %(n)d 件，请缩小范围。") % {"n": MAX_BULK}, code="bulk_many")
    found = find_targets(zone, world, asked)
    refused: list[dict[str, str]] = []
    leads: list[tuple[Found, list[Found]]] = []
    for one in asked:
        target = found.get(one)
        if target is None:
            refused.append({"to": one.key, "name": "", "why": "gone"})
        elif not rules.can_issue(by, target.unit):
            refused.append({"to": one.key, "name": target.name, "why": "scope"})
        else:
            leads.append((target, []))
    if not leads:
        rules.require_issue(by, zone)
        raise Invalid(_("没有可以下达的对象。"), hint=_("请重新选择范围。"), code="bulk_empty")
    batch = Batch.objects.create(
        world=world,
        zone=zone,
        title=words.title,
        text=words.text,
        due_at=due_at,
        filter_words=filter_words,
        asked=len(asked),
        made=len(leads),
        refused=refused,
        by_id=by.user_id,
        by_name=by.name or _("系统"),
    )
    words = Words(**{**words.__dict__, "batch": batch})
    _make(leads, words, zone=zone, world=world, by=by)
    record(
        "orders.issue_bulk",
        by=by,
        subject=("order_batch", batch.pk),
        unit_path=zone.path,
        world=world,
        body={"asked": batch.asked, "made": batch.made, "refused": len(refused)},
    )
    return batch


def _checked(words: Words, zone: Unit, world: int) -> Words:
    """Return the words with a title, or raise Invalid for what does not fit."""
    text = words.text.strip()
    title = " ".join((words.title or text).split())
    if not title:
        raise Invalid(_("请写明要办什么。"), code="order_empty")
    if len(title) > MAX_TITLE:
        if words.title:
            raise Invalid(_("标题最多 %(n)d 字。") % {"n": MAX_TITLE}, code="order_long")
        title = title[: MAX_TITLE - 1] + "…"
    if len(text) > MAX_TEXT:
        raise Invalid(_("内容最多 %(n)d 字。") % {"n": MAX_TEXT}, code="order_long")
    if words.source not in OrderSource.values or words.evidence not in Evidence.values:
        raise Invalid(_("来源或反馈要求不对。"), code="order_choice")
    now = clock.now()
    given = words.given_at
    if given is not None and not now - LATE_ENTRY <= given <= now:
        raise Invalid(_("补录的下达时间应在最近 30 天内。"), code="order_given")
    if words.due_at <= (given or now):
        raise Invalid(_("时限应晚于现在。"), hint=_("请重新填写时限。"), code="order_due")
    require_near(words.due_at, now)
    for part in (words.meeting, words.decision):
        if part is not None and (part.zone_id, part.world) != (zone.pk, world):
            raise Invalid(_("会议或决定不属于这个开发区。"), code="order_source")
    return Words(**{**words.__dict__, "title": title, "text": "" if text == title else text})


def take_numbers(zone: Unit, world: int, year: int, count: int) -> int:
    """Take ``count`` numbers without gaps inside the caller's transaction and return the first of them.

    Others who want a number of that zone, world and year wait until the transaction ends.
    """
    OrderCounter.objects.get_or_create(zone=zone, world=world, year=year)
    counter = OrderCounter.objects.select_for_update(of=("self",), no_key=True).get(
        zone=zone, world=world, year=year
    )
    OrderCounter.objects.filter(pk=counter.pk).update(last=F("last") + count)
    return counter.last + 1


def _make(
    leads: Sequence[tuple[Found, list[Found]]], words: Words, *, zone: Unit, world: int, by: Actor
) -> list[Order]:
    """Write the orders with their targets, first events and notices; a fixed number of statements."""
    now = clock.now()
    issued = words.given_at or now
    year = localtime(issued).year
    active = in_force(zone, world)
    first = take_numbers(zone, world, year, len(leads))
    rows = []
    for n, (lead, _helpers) in enumerate(leads):
        order = Order(
            world=world,
            zone=zone,
            unit=lead.unit,
            year=year,
            number=first + n,
            title=words.title,
            text=words.text,
            source=words.source,
            source_note=words.source_note.strip(),
            meeting=words.meeting or (words.decision.meeting if words.decision else None),
            decision=words.decision,
            batch=words.batch,
            # The zone's own emergency comes first; that of one enterprise makes nobody else's order urgent.
            activation=next((one for one in active if lead.unit.path.startswith(one.unit.path)), None),
            critical=words.critical,
            evidence=words.evidence,
            group_code=lead.group_code,
            group_name=lead.group_name,
            lead_name=lead.name,
            due_at=words.due_at,
            first_due_at=words.due_at,
            yellow_at=yellow_from(issued, words.due_at),
            issued_at=issued,
            issued_by_id=by.user_id,
            issued_person_id=by.person_id,
            issued_by_name=by.name or _("系统"),
        )
        order.next_at = next_stage(order, issued)
        rows.append(order)
    orders = Order.objects.bulk_create(rows)
    Target.objects.bulk_create(
        _target(order, found, role)
        for order, (lead, helpers) in zip(orders, leads, strict=True)
        for found, role in [(lead, TargetRole.LEAD), *((one, TargetRole.CO) for one in helpers)]
    )
    write_event(orders, OrderVerb.ISSUE, by=by, state_from="")
    enqueue_bulk(_first_notices(orders, [lead for lead, _helpers in leads], zone, world))
    tell(world, [(order.pk, OrderState.OPEN) for order in orders])
    return orders


def _target(order: Order, found: Found, role: TargetRole) -> Target:
    to = found.to
    return Target(
        order=order,
        role=role,
        kind=to.kind,
        post_code=to.code if to.kind == TargetKind.POST else "",
        group_code=found.group_code if to.kind in (TargetKind.POST, TargetKind.GROUP) else "",
        unit_id=to.id if to.kind == TargetKind.ENTERPRISE else None,
        person_id=to.id if to.kind == TargetKind.PERSON else None,
        name=found.name,
    )


def _first_notices(
    orders: Sequence[Order], leads: Sequence[Found], zone: Unit, world: int
) -> list[NewNotice]:
    """Return the notices of new orders: to who leads, to helpers, and the copies of 扁平化."""
    by_pk = {order.pk: order for order in orders}
    told: list[NewNotice] = []
    for owner in owners_of(orders):
        order = by_pk[owner.order_id]
        lead = owner.role == TargetRole.LEAD
        title = _("交办：%(title)s") if lead else _("请协办：%(title)s")
        told.append(
            notice(
                order,
                person=owner.person_id,
                account=owner.account_id,
                kind="order_issue",
                key="issue",
                title=title % {"title": order.title},
            )
        )
    responsible = responsible_of(
        one.to.id for one in leads if one.to.kind == TargetKind.ENTERPRISE and one.to.id
    )
    heads = {
        code: heads_of(zone.pk, world, code)
        for code in {one.group_code for one in leads if one.to.kind == TargetKind.POST}
    }
    for order, found in zip(orders, leads, strict=True):
        copies = heads.get(found.group_code, []) if found.to.kind == TargetKind.POST else []
        if found.to.kind == TargetKind.ENTERPRISE and found.to.id in responsible:
            copies = [responsible[found.to.id]]
        told += [
            notice(
                order,
                person=person.pk,
                account=person.account_id,
                kind="order_copy",
                key="issue",
                title=_("抄送：%(lead)s主办“%(title)s”") % {"lead": found.name, "title": order.title},
            )
            for person in copies
        ]
    return unique(reversed(told))


def refusal_words(line: dict[str, str]) -> str:
    """Return why a batch could not be given to one target."""
    if line.get("why") == "scope":
        return _("不在您的职权范围内")
    return _("对象已不存在")
