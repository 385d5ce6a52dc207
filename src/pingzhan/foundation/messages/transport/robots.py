"""Group robots of WeCom and DingTalk.

Not through Apprise: its robots of both take HTTP 200 for success, while the two services answer 200 and say in
``errcode`` that the message was refused; it also cannot say when to try again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.messages.kinds import Kind, Message, SendError, setting
from pingzhan.foundation.messages.text import scrubbed
from pingzhan.foundation.messages.transport.gateway import NUMBER_HEADER, is_mobile, mobile
from pingzhan.foundation.messages.transport.http import Client, check_url, refuse_unless_ok
from pingzhan.kernel.errors import Invalid

WECOM_BYTES = 2048
"""A text of the WeCom robot holds so many bytes (developer.work.weixin.qq.com/document/path/91770)."""
DINGTALK_BYTES = 20000
TOO_FAST = {45009, 130101, 660026}
TOO_FAST_PAUSE = 60.0
OURS = {93000, 93004, 93017, 40001, 40014, 300001, 300005, 310000, 400101, 400102, 400105}
"""errcode values that speak of the robot (wrong key or signature, switched off), not of the message."""


def shortened(text: str, limit: int) -> str:
    """Return the text cut to so many bytes of UTF-8, whole characters only."""
    data = text.encode()
    if len(data) <= limit:
        return text
    return data[: limit - 3].decode("utf-8", "ignore") + "…"


class RobotSender(ABC):
    """Posts JSON and reads ``errcode``; the two robots differ in address and body."""

    def __init__(self, timeout: float, *, private: bool) -> None:
        self.client = Client(timeout, private=private)

    @abstractmethod
    def url(self) -> str:
        """Return the address with its key."""

    @abstractmethod
    def body(self, message: Message) -> dict[str, Any]:
        """Return the request's body."""

    def send(self, message: Message) -> str:
        """Post one message into the group. Raises SendError by the meaning of ``errcode``."""
        headers = {"Content-Type": "application/json; charset=utf-8", NUMBER_HEADER: message.number}
        body = json.dumps(self.body(message), ensure_ascii=False).encode()
        answer = self.client.request("POST", self.url(), headers=headers, body=body)
        refuse_unless_ok(answer)
        data = answer.data()
        code = data.get("errcode") if isinstance(data, dict) else None
        if code == 0:
            return ""
        if not isinstance(code, int):
            raise SendError("robot_unclear", _("机器人的回答看不懂。"), channel_fault=True)
        raise SendError(
            f"robot_{code}",
            _("机器人没有接收：%(code)s %(text)s")
            % {"code": code, "text": scrubbed(str(data.get("errmsg", "")))[:80]},
            channel_fault=code in OURS,
            pause=TOO_FAST_PAUSE if code in TOO_FAST else None,
        )

    def abort(self) -> None:
        """Break off a hanging request."""
        self.client.abort()

    def close(self) -> None:  # noqa: B027 - the other senders keep a connection
        """Nothing is kept between messages."""


@dataclass(frozen=True)
class WecomSettings:
    """A robot of a WeCom group."""

    key: str = setting(
        gettext_lazy("机器人密钥"), help=gettext_lazy("webhook 地址中 key= 后面的部分。"), secret=True
    )
    base: str = setting(gettext_lazy("接口地址"), default="https://qyapi.weixin.qq.com")
    private: bool = setting(gettext_lazy("地址在内网"), default=False, required=False)

    def check(self) -> None:
        """Raise Invalid for an address that may not be reached."""
        check_url(self.base, private=self.private, place="base")


class WecomSender(RobotSender):
    """Posts a text; a recipient is mentioned by his mobile number or his WeCom account."""

    def __init__(self, settings: WecomSettings, timeout: float) -> None:
        super().__init__(timeout, private=settings.private)
        self.settings = settings

    def url(self) -> str:
        """Return the webhook's address."""
        return (
            f"{self.settings.base.rstrip('/')}/cgi-bin/webhook/send?key={quote(self.settings.key, safe='')}"
        )

    def body(self, message: Message) -> dict[str, Any]:
        """Return a text with its mention."""
        text: dict[str, Any] = {"content": shortened(message.text, WECOM_BYTES)}
        if is_mobile(message.address):
            text["mentioned_mobile_list"] = [mobile(message.address)]
        elif message.address:
            text["mentioned_list"] = [message.address]
        return {"msgtype": "text", "text": text}


@dataclass(frozen=True)
class DingtalkSettings:
    """A robot of a DingTalk group, secured by a signature."""

    token: str = setting(
        gettext_lazy("机器人令牌"),
        help=gettext_lazy("webhook 地址中 access_token= 后面的部分。"),
        secret=True,
    )
    secret: str = setting(
        gettext_lazy("加签密钥"),
        help=gettext_lazy("以 SEC 开头；不用加签时留空。"),
        required=False,
        secret=True,
    )
    base: str = setting(gettext_lazy("接口地址"), default="https://oapi.dingtalk.com")
    private: bool = setting(gettext_lazy("地址在内网"), default=False, required=False)

    def check(self) -> None:
        """Raise Invalid for an address that may not be reached, or a secret that is none."""
        check_url(self.base, private=self.private, place="base")
        if self.secret and not re.fullmatch(r"SEC[0-9a-zA-Z]+", self.secret):
            raise Invalid(_("加签密钥应以 SEC 开头。"), place="secret")


def signature(secret: str, millis: int) -> str:
    """Return DingTalk's signature of a moment: HMAC-SHA256 of "millis newline secret", base64."""
    digest = hmac.new(secret.encode(), f"{millis}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class DingtalkSender(RobotSender):
    """Posts a text with a fresh signature at each try."""

    def __init__(self, settings: DingtalkSettings, timeout: float) -> None:
        super().__init__(timeout, private=settings.private)
        self.settings = settings

    def url(self) -> str:
        """Return the webhook's address with time and signature."""
        options = self.settings
        url = f"{options.base.rstrip('/')}/robot/send?access_token={quote(options.token, safe='')}"
        if options.secret:
            millis = round(time.time() * 1000)
            url += f"&timestamp={millis}&sign={quote(signature(options.secret, millis), safe='')}"
        return url

    def body(self, message: Message) -> dict[str, Any]:
        """Return a text with its mention; DingTalk shows a mention only where the text has it."""
        content = message.text
        at: dict[str, Any] = {"isAtAll": False}
        if is_mobile(message.address):
            at["atMobiles"] = [mobile(message.address)]
            content += f"\n@{mobile(message.address)}"
        elif message.address:
            at["atUserIds"] = [message.address]
            content += f"\n@{message.address}"
        return {"msgtype": "text", "text": {"content": shortened(content, DINGTALK_BYTES)}, "at": at}


WECOM_KIND = Kind(
    key="wecom",
    label=gettext_lazy("企业微信群机器人"),
    about=gettext_lazy("发到企业微信群，并提到本人。"),
    shape=WecomSettings,
    contacts=("wecom",),
    open=WecomSender,
    group=True,
    rate=(20, 60),
)
DINGTALK_KIND = Kind(
    key="dingtalk",
    label=gettext_lazy("钉钉群机器人"),
    about=gettext_lazy("发到钉钉群，并提到本人。"),
    shape=DingtalkSettings,
    contacts=("dingtalk",),
    open=DingtalkSender,
    group=True,
    rate=(20, 60),
)
