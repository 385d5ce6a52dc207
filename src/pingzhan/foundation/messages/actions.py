"""Changes a person makes to channels and notices."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time as clock
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.foundation.live import announce
from pingzhan.foundation.messages import health, rules, sealing
from pingzhan.foundation.messages.kinds import Kind, Message, SendError, kinds, read_settings, settings_of
from pingzhan.foundation.messages.models import (
    Attempt,
    Channel,
    ChannelHealth,
    Notice,
    NoticeState,
    Outcome,
)
from pingzhan.foundation.messages.outbox import WAKE_CHANNEL
from pingzhan.foundation.messages.text import scrubbed
from pingzhan.foundation.privacy.models import Subject
from pingzhan.kernel.errors import Conflict, Invalid

KEY = re.compile(r"[a-z][a-z0-9_-]{1,39}")


@dataclass(frozen=True)
class Limits:
    """Everything about a channel that does not depend on its kind (see ``Channel``)."""

    order: int = 10
    rate_count: int | None = None
    rate_seconds: int = 1
    concurrency: int = 4
    timeout_seconds: int = 10
    trip_after: int = 5
    probe_seconds: int = 30
    quiet_from: clock | None = None
    quiet_to: clock | None = None
    quiet_priority: int = 5


@transaction.atomic
def create_channel(
    *, key: str, kind: str, label: str, values: Mapping[str, Any], limits: Limits | None = None, by: Actor
) -> Channel:
    """Set up a channel, switched off. ``values`` holds settings and secrets by name.

    Without ``limits`` the kind's usual throttle applies. Raises Refused; Invalid with the setting's name as
    place; Conflict when the key is taken; KeyMissing where secrets cannot be sealed.
    """
    rules.require_manage(by)
    known = kinds().get(kind)
    if known is None:
        raise Invalid(_("没有这种渠道。"), place="kind")
    if not KEY.fullmatch(key):
        raise Invalid(_("代号以小写字母开头，只用小写字母、数字、下划线和连字符。"), place="key")
    if Channel.objects.filter(key=key).exists():
        raise Conflict(_("已有代号为 %(key)s 的渠道。") % {"key": key}, place="key")
    if limits is None:
        count, seconds = known.rate or (None, 1)
        limits = Limits(rate_count=count, rate_seconds=seconds)
    channel = Channel(key=key, kind=kind, label=label.strip())
    _fill(channel, known, values, {}, limits)
    channel.save(force_insert=True)
    ChannelHealth.objects.create(channel=channel)
    announce(health.TOPIC, {"channels": [key]})
    record("messages.channel_created", by=by, subject=("channel", channel.pk), body={"channel": key})
    return channel


@transaction.atomic
def change_channel(
    *, channel_id: int, label: str, values: Mapping[str, Any], limits: Limits, by: Actor
) -> Channel:
    """Change a channel's settings. A secret left empty stays as it is. Errors as for ``create_channel``."""
    rules.require_manage(by)
    channel = Channel.objects.select_for_update(no_key=True, of=("self",)).get(pk=channel_id)
    known = sealing.kind_of(channel)
    if known is None:
        raise Invalid(_("没有这种渠道。"), place="kind")
    channel.label = label.strip()
    _fill(channel, known, values, sealing.opened(channel), limits)
    channel.save()
    announce(health.TOPIC, {"channels": [channel.key]})
    record("messages.channel_changed", by=by, subject=("channel", channel.pk), body={"channel": channel.key})
    return channel


def _fill(
    channel: Channel, kind: Kind, values: Mapping[str, Any], former: Mapping[str, str], limits: Limits
) -> None:
    shape = settings_of(kind.shape)
    secrets = {
        one.name: str(values.get(one.name) or former.get(one.name, "")).strip() for one in shape if one.secret
    }
    typed = asdict(read_settings(kind.shape, {**values, **secrets}))
    channel.settings = {one.name: typed[one.name] for one in shape if not one.secret}
    for name, value in asdict(limits).items():
        setattr(channel, name, value)
    if not channel.label:
        raise Invalid(_("请填写“%(label)s”。") % {"label": _("名称")}, place="label")
    try:
        channel.clean_fields(exclude=["secrets", "subject"])
        channel.validate_constraints(exclude={"secrets", "subject"})
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from None
    if secrets != dict(former):
        sealing.seal(channel, secrets)


@transaction.atomic
def set_enabled(*, channel_id: int, enabled: bool, by: Actor) -> Channel:
    """Switch a channel on or off. Raises Refused; Invalid when its settings are not complete."""
    rules.require_manage(by)
    channel = Channel.objects.select_for_update(no_key=True, of=("self",)).get(pk=channel_id)
    if channel.enabled == enabled:
        return channel
    if enabled:
        sealing.complete(channel)
    channel.enabled = enabled
    channel.save(update_fields=["enabled"])
    announce(health.TOPIC, {"channels": [channel.key]})
    verb = "messages.channel_enabled" if enabled else "messages.channel_disabled"
    record(verb, by=by, subject=("channel", channel.pk), body={"channel": channel.key})
    return channel


@transaction.atomic
def remove_channel(*, channel_id: int, by: Actor) -> None:
    """Remove a channel that is switched off. Raises Refused; Conflict while it is on."""
    rules.require_manage(by)
    channel = Channel.objects.select_for_update(no_key=True, of=("self",)).get(pk=channel_id)
    if channel.enabled:
        raise Conflict(_("启用中的渠道不能删除。"), hint=_("请先停用。"))
    key, subject = channel.key, channel.subject
    channel.delete()
    if subject is not None:
        # The row history keeps the sealed secrets; without their key they are gone from it too.
        Subject.objects.filter(pk=subject).update(wrapped=None, erased_at=Now())
    announce(health.TOPIC, {"channels": [key]})
    record("messages.channel_removed", by=by, subject=("channel", channel_id), body={"channel": key})


def send_test(*, channel_id: int, address: str, by: Actor) -> str:
    """Send one message over the channel now, outside the outbox, and return the other side's receipt.

    The address is used and not stored. Raises Refused; Invalid for an address of the wrong sort or one the
    other side refuses. Success brings a channel that is down back into use. Call it outside a transaction:
    nothing is open while it sends.
    """
    rules.require_manage(by)
    channel = Channel.objects.get(pk=channel_id)
    kind = sealing.kind_of(channel)
    if kind is None:
        raise Invalid(_("没有这种渠道。"), place="kind")
    address = address.strip()
    if (address or not kind.group) and not kind.accepts(address):
        raise Invalid(_("这个地址不适合这种渠道。"), place="address")
    sender = kind.open(sealing.complete(channel), float(channel.timeout_seconds))
    began = time.monotonic()
    error: SendError | None = None
    receipt = ""
    try:
        receipt = sender.send(
            Message(
                number=f"PZT{time.time_ns() // 1_000_000}",
                title=_("平战通知渠道测试"),
                body=_("收到本条消息，说明渠道可用。无需回复。"),
                link="",
                address=address,
                priority=0,
            )
        )
    except SendError as refused:
        error = refused
    finally:
        sender.close()
    tally = health.Tally()
    if error is None or not error.channel_fault:
        tally.answered(round(1000 * (time.monotonic() - began)))
    else:
        tally.fault(scrubbed(str(error), address), probe=True)
    with transaction.atomic():
        changed = health.write_down({channel.key: tally})
        record(
            "messages.channel_tested",
            by=by,
            subject=("channel", channel.pk),
            body={"channel": channel.key, "outcome": "ok" if error is None else error.code},
        )
        health.tell(changed)
    health.hurry([one.channel.key for one in changed if one.state != "down"])
    if error is not None:
        raise Invalid(
            _("测试没有成功：%(why)s") % {"why": scrubbed(str(error), address)},
            place="address",
            code=error.code,
        )
    return receipt


@transaction.atomic
def retry_notice(*, notice_id: int, by: Actor) -> Notice:
    """Send a failed notice again from the start, over every way. Raises Refused; Conflict in another state."""
    notice = _locked(notice_id, by)
    if notice.state not in (NoticeState.DEAD, NoticeState.FAILED):
        raise Conflict(_("这条通知没有失败，不用重发。"))
    Attempt.objects.create(notice=notice, channel=notice.via, outcome=Outcome.RETRIED)
    Notice.objects.filter(pk=notice.pk).update(
        state=NoticeState.QUEUED, tries=0, next_at=Now(), last_error="", via="", batch=0
    )
    _wake()
    record("messages.notice_retried", by=by, subject=("notice", notice.pk), unit_path=notice.unit_path)
    return notice


@transaction.atomic
def retry_all(*, by: Actor) -> int:
    """Send every given-up notice the actor may handle again; return how many."""
    found = [
        one
        for one in rules.notices_visible_to(by)
        .filter(state=NoticeState.DEAD)
        .select_for_update(no_key=True, of=("self",), skip_locked=True)
        .order_by("id")
        if rules.can_handle(by, one)
    ]
    if not found:
        return 0
    Attempt.objects.bulk_create(
        Attempt(notice=one, channel=one.via, outcome=Outcome.RETRIED) for one in found
    )
    Notice.objects.filter(pk__in=[one.pk for one in found]).update(
        state=NoticeState.QUEUED, tries=0, next_at=Now(), last_error="", via="", batch=0
    )
    _wake()
    record("messages.notices_retried", by=by, body={"count": len(found)})
    return len(found)


@transaction.atomic
def give_up(*, notice_id: int, by: Actor) -> Notice:
    """Stop sending a notice that still waits. Raises Refused; Conflict while it is being sent or is sent."""
    notice = _locked(notice_id, by)
    if notice.state not in (NoticeState.QUEUED, NoticeState.FAILED):
        raise Conflict(_("这条通知不在等待发送，不能放弃。"))
    Attempt.objects.create(notice=notice, channel=notice.via, outcome=Outcome.GIVEN_UP)
    reason = _("已由人工放弃。")
    Notice.objects.filter(pk=notice.pk).update(state=NoticeState.DEAD, last_error=reason)
    record("messages.notice_given_up", by=by, subject=("notice", notice.pk), unit_path=notice.unit_path)
    return notice


def _locked(notice_id: int, by: Actor) -> Notice:
    notice = rules.notices_visible_to(by).select_for_update(no_key=True, of=("self",)).get(pk=notice_id)
    rules.require_handle(by, notice)
    return notice


def _wake() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE_CHANNEL])
