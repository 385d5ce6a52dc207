"""What comes back: delivery reports of gateways, and readers who open a link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from pingzhan.foundation.live import announce
from pingzhan.foundation.messages.marks import INBOX_TOPIC
from pingzhan.foundation.messages.models import Attempt, Channel, Notice, NoticeState, Outcome
from pingzhan.foundation.messages.transport.gateway import listed, pick
from pingzhan.kernel.errors import DomainError, Invalid, NotFound

CALLBACK_SALT = "messages.callback"
READING_SALT = "messages.reading"
READING_SECONDS = 30 * 24 * 3600
MAX_REPORTS = 1000
NUMBER = "PZ"


@dataclass(frozen=True)
class Report:
    """One delivery report: the receipt id or our own number, whether it arrived, and the other side's word."""

    reference: str
    delivered: bool
    code: str


def callback_token(channel: Channel) -> str:
    """Return the part of the callback address that proves it was handed out by us for this channel."""
    return signing.Signer(salt=CALLBACK_SALT).sign(channel.key)


def callback_channel(token: str) -> Channel:
    """Return the channel of a callback. Raises NotFound for a token that is not ours or a channel that is gone."""
    try:
        key = signing.Signer(salt=CALLBACK_SALT).unsign(token)
        return Channel.objects.get(key=key)
    except (signing.BadSignature, Channel.DoesNotExist):
        raise NotFound(_("没有这个回报地址。")) from None


def read_reports(channel: Channel, data: Any) -> list[Report]:
    """Return the reports in a callback's JSON or form data, by the channel's settings.

    Those that say that there is no result yet are left out. Raises Invalid when nothing can be understood.
    """
    reports, waiting = _understood(channel, data)
    if not reports and not waiting:
        raise Invalid(_("回报的内容看不懂。"))
    return reports


def fetched_reports(channel: Channel, data: Any) -> list[Report]:
    """Return the reports in what a gateway answered when it was asked; none is no fault here.

    All of them, however many: it may hand them out only once. The length of an answer is limited where it is read.
    """
    return _understood(channel, data, most=None)[0]


def _understood(channel: Channel, data: Any, most: int | None = MAX_REPORTS) -> tuple[list[Report], int]:
    """Return the reports, and how many entries say that there is no result yet."""
    shape: Mapping[str, Any] = channel.settings
    good, wait = (listed(str(shape.get(name) or "")) for name in ("report_ok", "report_wait"))
    reports, waiting = [], 0
    for row in _rows(channel, data, most):
        reference = pick(row, str(shape.get("report_id") or "msgId"))
        state = pick(row, str(shape.get("report_state") or "status"))
        if not reference or state is None:
            continue
        if state in wait:
            waiting += 1
        else:
            reports.append(Report(reference[:200], state in good, state[:40]))
    return reports, waiting


def _rows(channel: Channel, data: Any, most: int | None = MAX_REPORTS) -> Sequence[Any]:
    """Return the single entries of a callback or an answer, at most so many."""
    found = data
    for step in filter(None, str(channel.settings.get("report_list") or "").split(".")):
        found = found.get(step) if isinstance(found, dict) else None
    rows: Sequence[Any] = found if isinstance(found, list) else [found]
    return rows[:most]


@dataclass(frozen=True)
class Reply:
    """A text message somebody sent back: his number as the gateway says it, and what he wrote."""

    phone: str
    text: str


ReplyHandler = Callable[[Reply], bool]
_reply_handlers: dict[str, ReplyHandler] = {}
MAX_REPLIES = 100
REPLY_CHARS = 500


def register_reply_handler(name: str, fn: ReplyHandler) -> None:
    """Have ``fn(reply)`` asked about each text message that comes back; it returns whether it was for it.

    Called outside a transaction; an error a person may see counts as no. The same name again replaces it.
    """
    _reply_handlers[name] = fn


def read_replies(channel: Channel, data: Any) -> list[Reply]:
    """Return the text messages in a callback; none unless the channel says where the number stands."""
    phone_field = str(channel.settings.get("reply_phone") or "")
    if not phone_field:
        return []
    text_field = str(channel.settings.get("reply_text") or "content")
    found = []
    for row in _rows(channel, data)[:MAX_REPLIES]:
        phone, text = pick(row, phone_field), pick(row, text_field)
        if phone and text:
            found.append(Reply(phone[:40], text[:REPLY_CHARS]))
    return found


def take_replies(replies: Sequence[Reply]) -> int:
    """Hand text messages to whoever they are for; return how many were for somebody."""
    known = 0
    for reply in replies:
        for handler in _reply_handlers.values():
            try:
                if handler(reply):
                    known += 1
                    break
            except DomainError:
                continue
    return known


@transaction.atomic
def take_reports(channel: Channel, reports: Sequence[Report]) -> int:
    """Note which notices arrived and which did not; return how many reports concerned a notice of the channel.

    A notice that did not arrive goes to the recipient's next way. Reports may come twice and before our own
    mark; notices that were read stay read.
    """
    numbers = {int(one.reference[2:]) for one in reports if _is_number(one.reference)}
    ids = {one.reference for one in reports if not _is_number(one.reference)}
    rows = list(
        Notice.objects.filter(Q(pk__in=numbers) | Q(provider_id__in=ids), via=channel.key)
        .select_for_update(no_key=True, of=("self",))
        .order_by("id")
    )
    # A call for many has one receipt id for all: a report under it says nothing of any of them.
    shared = Counter(one.provider_id for one in rows)
    by_reference = {f"{NUMBER}{one.pk}": one for one in rows} | {
        one.provider_id: one for one in rows if one.provider_id and shared[one.provider_id] == 1
    }
    known = 0
    attempts = []
    for report in reports:
        notice = by_reference.get(report.reference)
        if notice is None:
            continue
        known += 1
        if notice.state not in (NoticeState.SENT, NoticeState.LEASED):
            continue
        row = Notice.objects.filter(pk=notice.pk)
        if report.delivered:
            notice.state = NoticeState.DELIVERED
            row.update(state=notice.state, lease_until=None, sent_at=Coalesce("sent_at", Now()))
            attempts.append(_attempt(notice, channel, Outcome.DELIVERED, report))
        else:
            notice.state = NoticeState.FAILED
            error = _("对方报告没有送达（%(code)s）。") % {"code": report.code}
            row.update(state=notice.state, lease_until=None, sent_at=None, next_at=Now(), last_error=error)
            attempts.append(_attempt(notice, channel, Outcome.UNDELIVERED, report))
            attempts.append(_attempt(notice, channel, Outcome.LASTING, report))
    Attempt.objects.bulk_create(attempts)
    return known


def _is_number(reference: str) -> bool:
    rest = reference[len(NUMBER) :]
    return reference.startswith(NUMBER) and rest.isdecimal() and len(rest) <= 18


def _attempt(notice: Notice, channel: Channel, outcome: Outcome, report: Report) -> Attempt:
    return Attempt(
        notice=notice,
        channel=channel.key,
        outcome=outcome,
        error_class="" if report.delivered else "report",
        error="" if report.delivered else report.code,
        provider_id=notice.provider_id,
    )


def reading_token(notice_id: int) -> str:
    """Return the signed part of the link under which a reader confirms one notice; it lasts 30 days."""
    return signing.TimestampSigner(salt=READING_SALT).sign(str(notice_id))


def notice_of_token(token: str) -> Notice:
    """Return the notice of a reading link. Raises NotFound when it is not ours or too old."""
    try:
        text = signing.TimestampSigner(salt=READING_SALT).unsign(token, max_age=READING_SECONDS)
        return Notice.objects.get(pk=int(text))
    except (signing.BadSignature, ValueError, Notice.DoesNotExist):
        raise NotFound(_("这个链接无效或已过期。"), hint=_("请联系发送人。")) from None


@transaction.atomic
def confirm_read(notice: Notice) -> bool:
    """Mark a notice read by its link; return whether it was not before."""
    changed = Notice.objects.filter(pk=notice.pk, state__in=[NoticeState.SENT, NoticeState.DELIVERED]).update(
        state=NoticeState.READ, read_at=Now()
    )
    if changed:
        announce(INBOX_TOPIC, {"read": 1})
    return bool(changed)


def note_opened(*, subject_kind: str, subject_id: int) -> int:
    """Mark sent notices about a subject as read, because its link was used; return how many."""
    return Notice.objects.filter(
        subject_kind=subject_kind,
        subject_id=subject_id,
        state__in=[NoticeState.SENT, NoticeState.DELIVERED],
    ).update(state=NoticeState.READ, read_at=Now())
