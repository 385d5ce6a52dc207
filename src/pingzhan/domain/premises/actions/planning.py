"""Plans: written, submitted, decided by somebody else, looked through again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.premises import duties, notices, rules
from pingzhan.domain.premises.actions import common
from pingzhan.domain.premises.enums import (
    EDITABLE,
    OPEN_PLAN,
    SECTIONS,
    CheckKind,
    PlanKind,
    PlanState,
    PostDuty,
)
from pingzhan.domain.premises.models import Plan, PlanPost, SelfCheck
from pingzhan.domain.premises.personal import read_words
from pingzhan.domain.premises.protection import PLAN_PHOTOS
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.photos.keeping import keep_photos
from pingzhan.foundation.validity import checked
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

LONGEST = timedelta(days=3 * 366)
MAX_SECTION = 4000


@dataclass(frozen=True, slots=True)
class PlanData:
    """What a version says: the texts by the keys of SECTIONS or the name of a paper, posts by PostDuty.

    ``photos`` are pages of the paper; those that are kept already stay.
    """

    valid_until: date
    sections: Mapping[str, str] = field(default_factory=dict)
    paper: str = ""
    posts: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[bytes] = ()


def _texts(kind: PlanKind, data: PlanData) -> dict[str, str]:
    texts = {
        key: _read_long(data.sections.get(key, ""), place=f"section_{key}") for key, _label in SECTIONS[kind]
    }
    return {key: words for key, words in texts.items() if words}


def _read_long(text: str, *, place: str) -> str:
    """Return a longer text with its lines kept. Raises Invalid when it is too long."""
    words = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if len(words) > MAX_SECTION:
        raise Invalid(_("填写的内容过长，最多 %(n)d 个字。") % {"n": MAX_SECTION}, place=place)
    return words


@transaction.atomic
def save_plan(*, enterprise: Unit, kind: PlanKind, data: PlanData, by: Actor) -> Plan:
    """Write the version in work: that which is a draft or was returned, else the next one.

    Conflict while a version waits for its review; Invalid for what is missing.
    """
    rules.require_keep(by, enterprise)
    common.one_at_a_time(enterprise)
    today = clock.today()
    if data.valid_until <= today:
        raise Invalid(_("有效期应晚于今天。"), place="valid_until")
    if data.valid_until - today > LONGEST:
        raise Invalid(_("有效期最长三年。"), place="valid_until")
    texts, paper = _texts(kind, data), read_words(data.paper, place="paper", most=120)
    posts = {
        duty: read_words(data.posts.get(duty, ""), place=f"post_{duty}", required=_("请填写岗位名称。"))
        for duty in PostDuty.values
    }
    versions = Plan.objects.filter(enterprise=enterprise, kind=kind)
    row = versions.filter(state__in=OPEN_PLAN).select_for_update(no_key=True).first()
    if row is not None and row.state not in EDITABLE:
        raise Conflict(_("这一版正在等待审核，不能修改。"), code="plan_waiting")
    if row is None:
        n = (versions.aggregate(n=Max("n"))["n"] or 0) + 1
        row = Plan(enterprise=enterprise, kind=kind, n=n)
    row.sections, row.paper, row.valid_until, row.made_by = texts, paper, data.valid_until, by.name
    checked(row, exclude=["enterprise", "submitter"])
    row.save()
    PlanPost.objects.filter(plan=row).delete()
    PlanPost.objects.bulk_create(
        [PlanPost(plan=row, duty=duty, title=title) for duty, title in posts.items()]
    )
    keep_photos(PLAN_PHOTOS, row.pk, enterprise.path, data.photos)
    record(
        "premises.plan_saved",
        by=by,
        subject=("plan", row.pk),
        unit_path=enterprise.path,
        body={"version": row.n},
    )
    return row


def _locked(plan_id: int, by: Actor) -> Plan:
    found = (
        rules.plans_visible_to(by)
        .select_for_update(of=("self",), no_key=True)
        .select_related("enterprise")
        .filter(pk=plan_id)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个方案，或您无权查看。"))
    return found


@transaction.atomic
def submit_plan(*, plan_id: int, by: Actor) -> Plan:
    """Submit a version for review. Invalid when a section is missing and no paper says it instead."""
    plan = _locked(plan_id, by)
    rules.require_keep(by, plan.enterprise)
    if plan.state not in EDITABLE:
        raise Conflict(_("这一版已经报送。"), code="plan_sent")
    missing = [str(label) for key, label in SECTIONS[plan.kind] if not plan.sections.get(key)]
    if missing and not plan.paper:
        raise Invalid(
            _("还没有写：%(what)s。") % {"what": _("、").join(missing)},
            place="sections",
            hint=_("请补齐各部分，或填写已有文件的名称。"),
        )
    plan.state, plan.submitted_at = PlanState.SUBMITTED, clock.now()
    Plan.objects.filter(pk=plan.pk).update(
        state=plan.state, submitted_at=Now(), submitter_id=by.user_id, remarks=""
    )
    notices.tell_submitted(plan)
    record("premises.plan_submitted", by=by, subject=("plan", plan.pk), unit_path=plan.enterprise.path)
    return plan


@transaction.atomic
def decide_plan(*, plan_id: int, approve: bool, by: Actor, remarks: str = "") -> Plan:
    """Approve a submitted version, which replaces the former one, or return it with remarks.

    Refused to whoever submitted it or keeps the enterprise's ledgers. Approval closes the duty of the plan.
    """
    seen = rules.plans_visible_to(by).select_related("enterprise").filter(pk=plan_id).first()
    if seen is not None:
        # Before the row, as in save_plan: the other way round the two wait for each other for ever.
        common.one_at_a_time(seen.enterprise)
    plan = _locked(plan_id, by)
    rules.require_review(by, plan)
    if plan.state != PlanState.SUBMITTED:
        raise Conflict(_("这一版不在待审核状态。"), code="plan_not_waiting")
    words = read_words(
        remarks, place="remarks", required="" if approve else _("退回修改应写明意见。"), most=500
    )
    former = Plan.objects.filter(enterprise=plan.enterprise, kind=plan.kind, state=PlanState.APPROVED)
    if approve:
        former.update(state=PlanState.SUPERSEDED)
    plan.state = PlanState.APPROVED if approve else PlanState.RETURNED
    Plan.objects.filter(pk=plan.pk).update(
        state=plan.state, decided_at=Now(), decided_by=by.name, remarks=words
    )
    closed = duties.approved(plan, by) if approve else 0
    notices.tell_decided(plan)
    record(
        "premises.plan_approved" if approve else "premises.plan_returned",
        by=by,
        subject=("plan", plan.pk),
        unit_path=plan.enterprise.path,
        body={"version": plan.n, "closed": closed},
    )
    return plan


@transaction.atomic
def confirm_plan(*, enterprise: Unit, kind: PlanKind, by: Actor) -> int:
    """Say that the approved plan was looked through and still holds. Conflict when there is none that is valid."""
    rules.require_keep(by, enterprise)
    plan = Plan.objects.filter(enterprise=enterprise, kind=kind, state=PlanState.APPROVED).first()
    if plan is None:
        raise Conflict(
            _("还没有通过审核的%(kind)s。") % {"kind": PlanKind(kind).label},
            code="plan_none",
            hint=_("请先编制并报送审核。"),
        )
    if plan.valid_until < clock.today():
        raise Conflict(
            _("通过的%(kind)s已过有效期。") % {"kind": PlanKind(kind).label},
            code="plan_expired",
            hint=_("请编制新版并报送审核。"),
        )
    row = SelfCheck.objects.create(enterprise=enterprise, kind=CheckKind(kind.value), by_name=by.name)
    closed = duties.checked(row, by)
    record(
        "premises.checked",
        by=by,
        subject=("self_check", row.pk),
        unit_path=enterprise.path,
        body={"kind": row.kind, "closed": closed},
    )
    return 1
