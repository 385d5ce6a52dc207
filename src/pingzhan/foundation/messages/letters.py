"""Notices a person writes to many: the words once, one notice for each recipient."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, require
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.audit import record
from pingzhan.foundation.messages.addresses import addresses_of
from pingzhan.foundation.messages.models import ChannelState, Letter, Notice, NoticeChannel
from pingzhan.foundation.messages.outbox import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.receipts import reading_token
from pingzhan.foundation.messages.registry import Rendered
from pingzhan.foundation.messages.routes import candidates, load_ways
from pingzhan.kernel.errors import Invalid

SUBJECT_KIND = "letter"
TITLE_LENGTH = 80
BODY_LENGTH = 2000


@dataclass(frozen=True)
class Recipient:
    """A person the letter goes to, with his account when he has one."""

    person: int
    account: int | None


@dataclass
class Reach:
    """How a letter would go: recipients by the channel's key, and who cannot be reached at all."""

    ways: Counter[str] = field(default_factory=Counter)
    nobody: list[int] = field(default_factory=list)


def reach(recipients: Sequence[Recipient], *, channel: str = "auto") -> Reach:
    """Count over which way each recipient would get a letter now. A fixed number of queries."""

    ways = load_ways()
    addresses = addresses_of({one.person for one in recipients}) if channel != "in_app" else {}
    active = set(
        User.objects.filter(
            pk__in=[one.account for one in recipients if one.account], is_active=True
        ).values_list("pk", flat=True)
    )
    found = Reach()
    for one in recipients:
        account = User(pk=one.account, is_active=True) if one.account in active else None
        notice = Notice(recipient=one.person, channel=channel, account=account)
        open_to_him = [key for key, _address in candidates(notice, ways, addresses.get(one.person, ()))]
        if channel == NoticeChannel.IN_APP and account is None:
            open_to_him = []
        working = [
            key for key in open_to_him if key not in ways or ways[key].health.state != ChannelState.DOWN
        ]
        via = (working or open_to_him or [""])[0]
        if via and via != NoticeChannel.CONSOLE:
            found.ways[via] += 1
        else:
            found.nobody.append(one.person)
    return found


@transaction.atomic
def send_letter(
    *,
    title: str,
    body: str,
    audience: str,
    recipients: Sequence[Recipient],
    groups: Sequence[str] = (),
    channel: str = "auto",
    priority: int,
    unit_path: str,
    by: Actor,
    key: uuid.UUID | None = None,
) -> Letter:
    """Write one notice for each recipient, and one for each group channel in ``groups``; return the letter.

    ``audience`` says in words to whom. Whoever cannot be reached by any way is left out and noted. The same
    ``key`` again sends nothing and returns the letter it made. Raises Refused without the right to send in the
    unit; Invalid without title or anybody who can be reached.
    """

    require(by, Permission.SEND_NOTICES, unit_path)
    title, body = title.strip(), body.strip()
    if not title or len(title) > TITLE_LENGTH:
        raise Invalid(_("标题不能为空，也不能超过 %(n)d 字。") % {"n": TITLE_LENGTH}, place="title")
    if len(body) > BODY_LENGTH:
        raise Invalid(_("正文不能超过 %(n)d 字。") % {"n": BODY_LENGTH}, place="body")
    unreached = set(reach(recipients, channel=channel).nobody)
    unique = {one.person: one for one in recipients if one.person not in unreached}
    if not unique and not groups:
        raise Invalid(
            _("没有人收得到这条通知。"), hint=_("请先登记联系方式，或启用通知渠道。"), place="audience"
        )
    key = key or uuid.uuid4()
    letter, fresh = Letter.objects.get_or_create(
        key=key,
        by_user_id=by.user_id,
        defaults={
            "title": title,
            "body": body,
            "audience": audience,
            "unit_path": unit_path,
            "priority": priority,
            "recipients": len(unique),
            "unreached": sorted(unreached),
            "by_name": by.name,
        },
    )
    if not fresh:
        return letter
    notices = [
        NewNotice(
            dedupe=f"letter:{letter.pk}:{one.person}",
            recipient=one.person,
            account=one.account,
            kind="letter",
            channel=channel,
            title=title,
            subject_kind=SUBJECT_KIND,
            subject_id=letter.pk,
            priority=priority,
            unit_path=unit_path,
        )
        for one in unique.values()
    ]
    notices += [
        NewNotice(
            dedupe=f"letter:{letter.pk}:group:{key}",
            recipient=0,
            account=None,
            kind="letter",
            channel=key,
            title=title,
            subject_kind=SUBJECT_KIND,
            subject_id=letter.pk,
            priority=priority,
            unit_path=unit_path,
        )
        for key in groups
    ]
    enqueue_bulk(notices)
    record(
        "messages.letter_sent",
        by=by,
        subject=(SUBJECT_KIND, letter.pk),
        unit_path=unit_path,
        body={
            "recipients": len(unique),
            "unreached": len(unreached),
            "groups": len(groups),
            "priority": priority,
        },
    )
    return letter


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words of notices about letters (one query).

    Outside the application the link leads to a page where the reader confirms; inside it is not needed.
    """

    letters = Letter.objects.in_bulk({one.subject_id for one in notices})
    found: dict[int, Rendered] = {}
    for notice in notices:
        letter = letters.get(notice.subject_id)
        if letter is None:
            continue
        link = ""
        if notice.channel != NoticeChannel.IN_APP and notice.recipient and not notice.together:
            link = _address("reading:read", reading_token(notice.pk))
        found[notice.pk] = Rendered(letter.title, letter.body, link)
    return found


def _address(view: str, *args: str) -> str:
    try:
        return reverse(view, args=args)
    except NoReverseMatch:
        return ""
