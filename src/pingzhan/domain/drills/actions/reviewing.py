"""After-action review (复盘): drafted from the log when an emergency ends, completed by people, then filed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import EndKind
from pingzhan.domain.command.models import Activation
from pingzhan.domain.drills import rules
from pingzhan.domain.drills.actions.common import name_of
from pingzhan.domain.drills.enums import ReviewState
from pingzhan.domain.drills.models import HandoverNote, Review, ReviewAction
from pingzhan.domain.drills.queries.facts import facts_of, sha_of
from pingzhan.domain.orders.api import To, issue_order
from pingzhan.domain.orders.enums import OrderSource
from pingzhan.domain.organisation.models import Group
from pingzhan.foundation import clock
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.kernel.errors import Conflict, Invalid, NotFound

MARKS = (1, 30, 60, 90)
"""Days after the end: review begun, draft and actions given, actions done, filed (command.md sections 10, 20)."""
ACTION_DAYS = 30
MAX_TEXT = 4000


def draft_review(activation: Activation) -> Review | None:
    """Open the review of an emergency that has ended; a second time changes nothing.

    A change of level or of structure is not an end. Called inside the transaction of the stand-down.
    """
    if activation.ended_at is None or activation.end_kind not in (EndKind.STOOD_DOWN, EndKind.REAL_ORDER):
        return None
    Review.objects.bulk_create(
        [
            Review(
                activation=activation,
                world=activation.world,
                zone_id=activation.zone_id,
                unit_id=activation.unit_id,
                ended_at=activation.ended_at,
            )
        ],
        ignore_conflicts=True,
    )
    return Review.objects.get(activation=activation)


@transaction.atomic
def draft_missing() -> int:
    """Open the reviews that a failed follower left out; return how many."""
    rows = Activation.objects.filter(
        end_kind__in=[EndKind.STOOD_DOWN, EndKind.REAL_ORDER], review__isnull=True
    ).order_by("pk")[:50]
    return sum(draft_review(one) is not None for one in rows)


@transaction.atomic
def write_review(*, review_id: int, kept: str, change: str, by: Actor) -> Review:
    """Write what went well and what is to change. Refused without MANAGE_DRILLS; Conflict once filed."""
    review = _locked(review_id, by)
    rules.require_review(by, review)
    _not_filed(review)
    if len(kept) > MAX_TEXT or len(change) > MAX_TEXT:
        raise Invalid(_("内容最多 %(n)d 字。") % {"n": MAX_TEXT}, code="review_long")
    review.kept, review.change = kept.strip(), change.strip()
    review.save(update_fields=["kept", "change"])
    _record("drills.review_write", review, by)
    return review


@transaction.atomic
def add_action(
    *, review_id: int, text: str, to_key: str, by: Actor, due_at: datetime | None = None
) -> ReviewAction:
    """Decide something to be done after a review and give it as an order of real life; return it.

    Due by day 30 unless told otherwise. Refused without MANAGE_DRILLS, and without ISSUE_ORDERS where the lead is;
    Invalid for no words, an unknown target or a due time that has passed; Conflict once filed.
    """
    review = _locked(review_id, by)
    rules.require_review(by, review)
    _not_filed(review)
    if not text.strip():
        raise Invalid(_("请写明整改事项。"), code="action_empty")
    due = due_at or max(review.ended_at + timedelta(days=ACTION_DAYS), clock.now() + timedelta(days=1))
    order = issue_order(
        zone=review.zone,
        to=To.parse(to_key),
        due_at=due,
        by=by,
        text=text,
        source=OrderSource.REVIEW,
        source_note=_("演练复盘") if review.world else _("战时复盘"),
    )
    action = ReviewAction.objects.create(
        review=review,
        text=text.strip(),
        to_key=to_key,
        to_name=order.lead_name,
        due_at=due,
        order=order,
        added_by_name=name_of(by),
    )
    _record("drills.review_action", review, by, order=order.pk)
    return action


@transaction.atomic
def hand_over(*, review_id: int, group_code: str, text: str, by: Actor) -> HandoverNote:
    """Write the hand-over note of a group; again replaces it. Refused to whoever neither reviews nor headed it."""
    review = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "zone", "activation")
        .filter(pk=review_id)
        .first()
    )
    own = review is not None and rules.can_hand_over(by, review, group_code)
    if review is None or not (own or rules.reviews_visible_to(by).filter(pk=review_id).exists()):
        raise NotFound(_("没有这份复盘。"), code="review_gone")
    if not own:
        rules.require_review(by, review)
    _not_filed(review)
    if not text.strip():
        raise Invalid(_("请写明交接情况。"), code="handover_empty")
    # The groups of the emergency, which kept its structure though a newer one may have been published.
    name = (
        Group.objects.filter(version=review.activation.structure_version_id, code=group_code)
        .values_list("name", flat=True)
        .first()
    )
    if name is None:
        raise Invalid(_("没有这个工作组。"), place=group_code, code="handover_group")
    note, _made = HandoverNote.objects.update_or_create(
        review=review,
        group_code=group_code,
        defaults={"group_name": name, "text": text.strip()[:MAX_TEXT], "by_name": name_of(by)},
    )
    _record("drills.handover", review, by, group=group_code)
    return note


@transaction.atomic
def mark_reviewed(*, review_id: int, by: Actor) -> Review:
    """Say that the review was held. Refused without MANAGE_DRILLS; Invalid while nothing is written."""
    review = _locked(review_id, by)
    rules.require_review(by, review)
    if review.state != ReviewState.DRAFT:
        raise Conflict(_("这份复盘已经完成。"), code="review_done")
    if not review.kept or not review.change:
        raise Invalid(_("请先写明做得好的和要改进的。"), code="review_empty")
    review.state, review.reviewed_at, review.reviewed_by_name = ReviewState.REVIEWED, clock.now(), name_of(by)
    review.save(update_fields=["state", "reviewed_at", "reviewed_by_name"])
    _record("drills.review_done", review, by)
    return review


@transaction.atomic
def file_review(*, review_id: int, by: Actor) -> Review:
    """Freeze the facts with their hash; nothing of the review changes afterwards.

    Refused without MANAGE_DRILLS; Conflict unless it was reviewed.
    """
    review = _locked(review_id, by)
    rules.require_review(by, review)
    if review.state != ReviewState.REVIEWED:
        raise Conflict(_("先完成复盘，再归档。"), code="review_not_done")
    review.facts = facts_of(review.activation)
    review.facts_sha = sha_of(review.facts)
    review.state, review.filed_at, review.filed_by_name = ReviewState.FILED, clock.now(), name_of(by)
    review.save(update_fields=["facts", "facts_sha", "state", "filed_at", "filed_by_name"])
    _record("drills.review_file", review, by, sha=review.facts_sha)
    return review


def _locked(review_id: int, by: Actor) -> Review:
    rules.find_review(by, review_id)
    return (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit", "zone", "activation")
        .get(pk=review_id)
    )


def _not_filed(review: Review) -> None:
    if review.state == ReviewState.FILED:
        raise Conflict(_("复盘已归档，不能再修改。"), code="review_filed")


def _record(verb: str, review: Review, by: Actor, **body: object) -> None:
    announce("command", {"review": review.pk})
    record(
        verb,
        by=by,
        subject=("review", review.pk),
        unit_path=review.unit.path,
        world=review.world,
        body=body,
    )
