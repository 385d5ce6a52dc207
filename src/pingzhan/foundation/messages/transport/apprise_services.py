"""Further group services through Apprise, a library that speaks to more than a hundred of them.

Only services are offered whose Apprise part reads the refusal inside an HTTP 200 answer, and whose address is
fixed by the library, so that no form can point it elsewhere. It answers yes or no only: every no is tried again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.messages.kinds import Kind, Message, SendError, setting
from pingzhan.kernel.errors import Invalid


@dataclass(frozen=True)
class AppriseSettings:
    """A service and its token."""

    service: str = setting(
        gettext_lazy("服务"),
        default="feishu",
        choices=(
            ("feishu", gettext_lazy("飞书群机器人")),
            ("lark", gettext_lazy("飞书国际版群机器人")),
            ("pushplus", "PushPlus"),
        ),
    )
    token: str = setting(gettext_lazy("令牌"), secret=True)

    def check(self) -> None:
        """Raise Invalid for a token with marks that would change the address."""
        if self.token and not re.fullmatch(r"[A-Za-z0-9_-]+", self.token):
            raise Invalid(_("令牌只有字母、数字、下划线和连字符。"), place="token")


class AppriseSender:
    """Keeps one Apprise object for its thread."""

    def __init__(self, settings: AppriseSettings, timeout: float) -> None:
        self.settings = settings
        self.timeout = timeout

    @cached_property
    def service(self) -> Any:
        """Return the Apprise object; the library is loaded only where it is used."""
        import apprise

        options = self.settings
        asset = apprise.AppriseAsset(http_redirects=False, async_mode=False, app_id="Pingzhan")
        url = f"{options.service}://{quote(options.token, safe='')}/?cto={self.timeout}&rto={self.timeout}"
        made = apprise.Apprise(asset=asset)
        if not made.add(url):
            raise SendError("apprise_settings", _("令牌的写法不对。"), channel_fault=True)
        return made

    def send(self, message: Message) -> str:
        """Send; Apprise says only whether it worked."""
        title, _newline, rest = message.text.partition("\n")
        if not self.service.notify(body=rest, title=title):
            raise SendError("apprise_refused", _("服务没有接收这条通知。"), channel_fault=True)
        return ""

    def abort(self) -> None:
        """The library offers no way; its own time-out ends the send."""

    def close(self) -> None:
        """Nothing is kept between messages."""


APPRISE_KIND = Kind(
    key="apprise",
    label=gettext_lazy("其他群服务"),
    about=gettext_lazy("飞书等服务的群机器人，发到整个群。"),
    shape=AppriseSettings,
    contacts=(),
    open=AppriseSender,
    group=True,
    rate=(20, 60),
)
