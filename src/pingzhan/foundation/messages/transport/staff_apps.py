"""Applications of WeCom and DingTalk: a message to persons by their accounts, up to a thousand in one call.

WeCom names at once whom it could not reach (``invaliduser``); DingTalk takes a call as a task and names them when
asked for the task's result. Limits: developer.work.weixin.qq.com 90236 and 90454; DingTalk takes 100 accounts.
"""

from __future__ import annotations

import json
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.messages.kinds import Kind, Message, SendError, Taken, setting
from pingzhan.foundation.messages.text import scrubbed
from pingzhan.foundation.messages.transport.gateway import NUMBER_HEADER, is_mobile, pick_all
from pingzhan.foundation.messages.transport.http import Client, check_url, refuse_unless_ok
from pingzhan.foundation.messages.transport.robots import WECOM_BYTES, shortened

WECOM_MANY = 1000
DINGTALK_MANY = 100
ACCOUNT = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
TOO_FAST = {45009, 45033, 90018, 88, 143105, 143106}
TOO_FAST_PAUSE = 60.0
STALE = {40014, 42001, 33001}
"""Codes for a token that no longer holds; a fresh one is asked for once."""
NOBODY = {81013, 60011, 33012}
OURS = {40001, 40013, 40014, 40056, 42001, 48002, 60020, 301002, 40089, 40091}
TOKEN_SECONDS = 3600.0


def is_account(address: str) -> bool:
    """Return whether the text can be an account; a mobile number is none."""
    return ACCOUNT.fullmatch(address) is not None and not is_mobile(address)


class AppSender(ABC):
    """Keeps the token of one application; the two services differ in addresses and bodies."""

    def __init__(self, base: str, timeout: float, *, private: bool) -> None:
        self.base = base.rstrip("/")
        self.client = Client(timeout, private=private)
        self._token = ""
        self._token_at = float("-inf")

    @abstractmethod
    def token_path(self) -> str:
        """Return path and query that give a token."""

    @abstractmethod
    def deliver(self, message: Message, addresses: Sequence[str]) -> Taken:
        """Make the call."""

    def send(self, message: Message) -> str:
        """Send to one account. Raises SendError, lasting when the service does not know the account."""
        taken = self.deliver(message, [message.address])
        if error := taken.refused.get(message.address):
            raise error
        return taken.receipt

    def send_many(self, message: Message, addresses: Sequence[str]) -> Taken:
        """Send to all accounts in one call."""
        return self.deliver(message, addresses)

    def call(self, path: str, body: Mapping[str, Any], number: str) -> dict[str, Any]:
        """Post with the token, once more with a fresh one when it no longer holds; return the answer."""
        data = self._post(f"{path}?access_token={quote(self.token(), safe='')}", body, number)
        if data["errcode"] in STALE:
            self._token = ""
            data = self._post(f"{path}?access_token={quote(self.token(), safe='')}", body, number)
        return data

    def token(self) -> str:
        """Return the token, asking for one where there is none that still holds."""
        if not self._token or time.monotonic() - self._token_at > TOKEN_SECONDS:
            answer = self.client.request("GET", self.base + self.token_path(), headers={}, body=b"")
            refuse_unless_ok(answer)
            data = answered(answer.data())
            if data["errcode"]:
                raise refusal(data, ours=True)
            self._token, self._token_at = str(data.get("access_token", "")), time.monotonic()
        return self._token

    def _post(self, path: str, body: Mapping[str, Any], number: str) -> dict[str, Any]:
        headers = {"Content-Type": "application/json; charset=utf-8", NUMBER_HEADER: number}
        data = json.dumps(body, ensure_ascii=False).encode()
        answer = self.client.request("POST", self.base + path, headers=headers, body=data)
        refuse_unless_ok(answer)
        return answered(answer.data())

    def abort(self) -> None:
        """Break off a hanging request."""
        self.client.abort()

    def close(self) -> None:  # noqa: B027 - the other senders keep a connection
        """The token outlives the connection."""


def answered(data: Any) -> dict[str, Any]:
    """Return the answer. Raises SendError when it carries no ``errcode``."""
    if isinstance(data, dict) and isinstance(data.get("errcode"), int):
        return data
    raise SendError("app_unclear", _("平台的回答看不懂。"), channel_fault=True)


def refusal(data: Mapping[str, Any], *, ours: bool = False) -> SendError:
    """Return what an ``errcode`` means."""
    code = data["errcode"]
    return SendError(
        f"app_{code}",
        _("平台没有接收：%(code)s %(text)s")
        % {"code": code, "text": scrubbed(str(data.get("errmsg", "")))[:80]},
        channel_fault=ours or code in OURS,
        pause=TOO_FAST_PAUSE if code in TOO_FAST else None,
    )


def unknown(addresses: Sequence[str], named: Sequence[str]) -> dict[str, SendError]:
    """Return the refusal of each address that was named, whatever case the service writes it in."""
    lower = {one.lower() for one in named}
    error = SendError("app_unknown_user", _("平台上没有这个账号，或不在应用的可见范围内。"), lasting=True)
    return {one: error for one in addresses if one.lower() in lower}


@dataclass(frozen=True)
class WecomAppSettings:
    """An application made in the administration of WeCom."""

    corp: str = setting(gettext_lazy("企业 ID"))
    agent: int = setting(gettext_lazy("应用 AgentId"), default=0, minimum=1)
    secret: str = setting(gettext_lazy("应用 Secret"), secret=True)
    many: int = setting(
        gettext_lazy("一次最多人数"), default=WECOM_MANY, required=False, minimum=1, maximum=WECOM_MANY
    )
    base: str = setting(gettext_lazy("接口地址"), default="https://qyapi.weixin.qq.com")
    private: bool = setting(gettext_lazy("地址在内网"), default=False, required=False)

    def check(self) -> None:
        """Raise Invalid for an address that may not be reached."""
        check_url(self.base, private=self.private, place="base")


class WecomAppSender(AppSender):
    """Posts a text to the accounts."""

    def __init__(self, settings: WecomAppSettings, timeout: float) -> None:
        super().__init__(settings.base, timeout, private=settings.private)
        self.settings = settings

    def token_path(self) -> str:
        """Return where WeCom gives a token."""
        corp, secret = quote(self.settings.corp, safe=""), quote(self.settings.secret, safe="")
        return f"/cgi-bin/gettoken?corpid={corp}&corpsecret={secret}"

    def deliver(self, message: Message, addresses: Sequence[str]) -> Taken:
        """Send; the service itself drops the same text to the same accounts for half an hour."""
        body = {
            "touser": "|".join(addresses),
            "msgtype": "text",
            "agentid": self.settings.agent,
            "text": {"content": shortened(message.text, WECOM_BYTES)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
        data = self.call("/cgi-bin/message/send", body, message.number)
        if data["errcode"] in NOBODY:
            return Taken("", unknown(addresses, addresses))
        if data["errcode"]:
            raise refusal(data)
        named = pick_all(data, "invaliduser") + pick_all(data, "unlicenseduser")
        return Taken(str(data.get("msgid", "")), unknown(addresses, named))


@dataclass(frozen=True)
class DingtalkAppSettings:
    """An application made in the administration of DingTalk."""

    app_key: str = setting(gettext_lazy("应用 AppKey"))
    agent: int = setting(gettext_lazy("应用 AgentId"), default=0, minimum=1)
    secret: str = setting(gettext_lazy("应用 AppSecret"), secret=True)
    many: int = setting(
        gettext_lazy("一次最多人数"), default=DINGTALK_MANY, required=False, minimum=1, maximum=DINGTALK_MANY
    )
    base: str = setting(gettext_lazy("接口地址"), default="https://oapi.dingtalk.com")
    private: bool = setting(gettext_lazy("地址在内网"), default=False, required=False)

    def check(self) -> None:
        """Raise Invalid for an address that may not be reached."""
        check_url(self.base, private=self.private, place="base")


class DingtalkAppSender(AppSender):
    """Posts a work notice to the accounts and asks once whom it did not reach."""

    def __init__(self, settings: DingtalkAppSettings, timeout: float) -> None:
        super().__init__(settings.base, timeout, private=settings.private)
        self.settings = settings

    def token_path(self) -> str:
        """Return where DingTalk gives a token."""
        key, secret = quote(self.settings.app_key, safe=""), quote(self.settings.secret, safe="")
        return f"/gettoken?appkey={key}&appsecret={secret}"

    def deliver(self, message: Message, addresses: Sequence[str]) -> Taken:
        """Send, then read the result; a result that cannot be had leaves all as sent."""
        path = "/topapi/message/corpconversation/"
        body = {
            "agent_id": self.settings.agent,
            "userid_list": ",".join(addresses),
            "msg": {"msgtype": "text", "text": {"content": shortened(message.text, WECOM_BYTES)}},
        }
        data = self.call(path + "asyncsend_v2", body, message.number)
        if data["errcode"] in NOBODY:
            return Taken("", unknown(addresses, addresses))
        if data["errcode"]:
            raise refusal(data)
        task = str(data.get("task_id", ""))
        try:
            asked = {"agent_id": self.settings.agent, "task_id": task}
            result = self.call(path + "getsendresult", asked, message.number)
        except SendError:
            return Taken(task)
        named = [
            one
            for field in ("invalid_user_id_list", "forbidden_user_id_list", "failed_user_id_list")
            for one in pick_all(result, f"send_result.{field}")
        ]
        return Taken(task, unknown(addresses, named))


def _many(most: int) -> Callable[[Mapping[str, Any]], int]:
    return lambda shown: int(shown.get("many") or most)


WECOM_APP_KIND = Kind(
    key="wecom_app",
    label=gettext_lazy("企业微信应用"),
    about=gettext_lazy("发到本人的企业微信；内容相同时一次最多 1000 人。"),
    shape=WecomAppSettings,
    contacts=("wecom",),
    open=WecomAppSender,
    accepts=is_account,
    rate=(100, 1),
    many=_many(WECOM_MANY),
)
DINGTALK_APP_KIND = Kind(
    key="dingtalk_app",
    label=gettext_lazy("钉钉工作通知"),
    about=gettext_lazy("发到本人的钉钉；内容相同时一次最多 100 人。"),
    shape=DingtalkAppSettings,
    contacts=("dingtalk",),
    open=DingtalkAppSender,
    accepts=is_account,
    rate=(20, 1),
    many=_many(DINGTALK_MANY),
)
