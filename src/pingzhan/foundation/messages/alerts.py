"""What the owner of an account is told at once because it may be an attack on it.

The words are made when they are sent and read; the row holds the title only. Nothing in them helps whoever
reads along: no link, no code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.foundation.access.actor import Actor, actor_of
from pingzhan.foundation.accounts.models import SignIn, User
from pingzhan.foundation.messages.letters import Recipient, reach
from pingzhan.foundation.messages.models import Notice, NoticeChannel, Priority
from pingzhan.foundation.messages.outbox import NewNotice, enqueue_bulk
from pingzhan.foundation.messages.registry import Rendered

FACTOR_RESET = "factor_reset"


def tell_of_reset(sender: Any, user: User, by: Actor, mark: SignIn, **_kwargs: Any) -> None:
    """Tell a person that his second factors were reset: inside the application, and by his contacts.

    Two notices, so that a gateway that is down delays only one of them, and so that whoever has taken over
    the account and its inbox cannot keep the other from the owner's phone. Urgent: no quiet hours.
    """
    person = actor_of(user).person_id
    ways: dict[NoticeChannel, int | None] = {NoticeChannel.IN_APP: user.pk}
    if person is not None and reach([Recipient(person, None)]).ways:
        ways[NoticeChannel.AUTO] = None
    title = (
        _("系统管理员“%(name)s”重置了您的第二因素") % {"name": by.name}
        if by.is_signed_in
        else _("服务器管理人员重置了您的第二因素")
    )
    enqueue_bulk(
        [
            NewNotice(
                dedupe=f"{FACTOR_RESET}:{mark.pk}:{channel}",
                recipient=person or 0,
                account=account,
                kind=FACTOR_RESET,
                channel=channel,
                title=title,
                subject_kind=FACTOR_RESET,
                subject_id=user.pk,
                priority=Priority.URGENT,
            )
            for channel, account in ways.items()
        ]
    )


def render(notices: Sequence[Notice]) -> dict[int, Rendered]:
    """Return the words of such notices: when, by whom, and what to do if it was not asked for. No query."""
    return {
        one.pk: Rendered(
            one.title,
            _(
                "时间：%(at)s。原来的动态口令、安全密钥和恢复码都已失效，所有登录已结束。"
                "如果是您申请的，请登录后立即添加新的第二因素。"
                "如果不是您申请的，请立即修改密码，并电话告知另一名系统管理员和审计员。"
            )
            % {"at": f"{timezone.localtime(one.created_at):%Y-%m-%d %H:%M}"},
        )
        for one in notices
    }
