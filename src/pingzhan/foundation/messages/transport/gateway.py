"""A text-message gateway over HTTP; every provider's dialect is a matter of its settings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.foundation.messages.kinds import Kind, Message, SendError, Taken, setting
from pingzhan.foundation.messages.text import one_line
from pingzhan.foundation.messages.transport.http import Client, check_url, refuse_unless_ok
from pingzhan.kernel.errors import Invalid

PLACES = re.compile(r"\{(phone|phones|text|title|id|key)\}")
HEADER = re.compile(r"([A-Za-z0-9-]+):\s*(.*)")
MOBILE = re.compile(r"1[3-9]\d{9}")
NUMBER_HEADER = "X-Client-Id"
CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "form": "application/x-www-form-urlencoded; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}


def is_mobile(address: str) -> bool:
    """Return whether the text is a mobile number of the mainland, the only kind that takes text messages."""
    return MOBILE.fullmatch(mobile(address)) is not None


def mobile(address: str) -> str:
    """Return the number without country code, blanks and dashes."""
    plain = re.sub(r"[\s-]", "", address)
    return plain.removeprefix("+86").removeprefix("0086")


@dataclass(frozen=True)
class GatewaySettings:
    """How the provider wants a message, and how it says yes."""

    url: str = setting(gettext_lazy("网关地址"), help=gettext_lazy("可用 {phone} {text} {id} {key}。"))
    method: str = setting(
        gettext_lazy("方法"), default="POST", choices=(("POST", "POST"), ("GET", "GET"), ("PUT", "PUT"))
    )
    content: str = setting(
        gettext_lazy("正文格式"),
        default="json",
        choices=(("json", "JSON"), ("form", gettext_lazy("表单")), ("xml", "XML")),
    )
    body: str = setting(
        gettext_lazy("正文模板"),
        default='{"phone": "{phone}", "content": "{text}", "clientId": "{id}"}',
        help=gettext_lazy("{phone} 号码，{text} 全文，{title} 标题，{id} 编号，{key} 密钥；自动按格式转义。"),
        required=False,
        lines=4,
    )
    headers: str = setting(
        gettext_lazy("请求头"),
        help=gettext_lazy("每行一个，例如 Authorization: Bearer {key}。"),
        required=False,
        lines=3,
    )
    key: str = setting(gettext_lazy("密钥"), required=False, secret=True)
    ok_field: str = setting(
        gettext_lazy("成功标志字段"),
        help=gettext_lazy("回答是 JSON 时的字段，例如 code 或 data.status；不填则只看状态码。"),
        required=False,
    )
    ok_values: str = setting(
        gettext_lazy("成功标志的值"), default="0", help=gettext_lazy("多个用逗号隔开。"), required=False
    )
    lasting_values: str = setting(
        gettext_lazy("不必重试的值"),
        help=gettext_lazy("例如空号、黑名单的错误码，多个用逗号隔开。"),
        required=False,
    )
    id_field: str = setting(
        gettext_lazy("回执号字段"), help=gettext_lazy("例如 data.msgId。"), required=False
    )
    report_list: str = setting(
        gettext_lazy("送达报告的列表字段"),
        help=gettext_lazy("网关一次回报多条时，列表所在的字段；回报本身就是列表或单条时不填。"),
        required=False,
    )
    report_id: str = setting(
        gettext_lazy("送达报告的回执号字段"),
        default="msgId",
        help=gettext_lazy("网关把送达结果发到本渠道的回报地址时，回执号或我方编号所在的字段。"),
        required=False,
    )
    report_state: str = setting(gettext_lazy("送达报告的状态字段"), default="status", required=False)
    report_ok: str = setting(
        gettext_lazy("表示送达的值"),
        default="DELIVRD",
        help=gettext_lazy("多个用逗号隔开；其他值按未送达处理，改走下一种方式。"),
        required=False,
    )
    reply_phone: str = setting(
        gettext_lazy("回复短信的号码字段"),
        help=gettext_lazy("网关把收到的短信转到本渠道的回报地址时，发信号码所在的字段；不转时不填。"),
        required=False,
    )
    reply_text: str = setting(gettext_lazy("回复短信的内容字段"), default="content", required=False)
    many: int = setting(
        gettext_lazy("一次最多号码数"),
        default=1,
        help=gettext_lazy(
            "内容相同的通知合并成一次请求；{phones} 是号码列表，{phone} 是用分隔符连起来的号码。"
        ),
        required=False,
        minimum=1,
        maximum=1000,
    )
    separator: str = setting(gettext_lazy("号码分隔符"), default=",", required=False)
    refused_field: str = setting(
        gettext_lazy("未接收号码的字段"),
        help=gettext_lazy("一次多个号码时，回答里列出未接收号码的字段；这些号码改为逐个重发。"),
        required=False,
    )
    private: bool = setting(
        gettext_lazy("地址在内网"),
        default=False,
        help=gettext_lazy("允许 http 和内网地址；不勾选时只允许公网 https。"),
        required=False,
    )

    def check(self) -> None:
        """Raise Invalid for an address, header or body that cannot work."""
        sample = {
            "phone": "13800000000",
            "phones": '["13800000000"]',
            "text": '样"文\n',
            "title": "样",
            "id": "PZ1",
            "key": "k",
        }
        check_url(fill(self.url, sample, "url"), private=self.private)
        for line in self.headers.splitlines():
            if line.strip() and not HEADER.fullmatch(line.strip()):
                raise Invalid(_("请求头写法不对：名称和值之间用半角冒号。"), place="headers")
        if self.content == "json" and self.body:
            try:
                json.loads(fill(self.body, sample, "json"))
            except ValueError:
                raise Invalid(_("正文模板填好后不是 JSON。"), place="body") from None


def fill(template: str, values: Mapping[str, str], escaping: str) -> str:
    """Put the values into a template, escaped so that none of them can change its shape."""
    escapes: dict[str, Callable[[str], str]] = {
        "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        "form": lambda text: quote(text, safe=""),
        "url": lambda text: quote(text, safe=""),
        "xml": lambda text: escape(text, {'"': "&quot;"}),
        "header": one_line,
        "text": str,
    }

    def put(found: re.Match[str]) -> str:
        if found[1] == "phones" and escaping == "json":
            return values["phones"]
        return escapes[escaping](values[found[1]])

    return PLACES.sub(put, template)


def pick(data: Any, path: str) -> str | None:
    """Return the value at a dotted path (list places as numbers) as text, None when there is none."""
    for step in path.split("."):
        if isinstance(data, dict) and step in data:
            data = data[step]
        elif isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    if isinstance(data, bool):
        return str(data).lower()
    return str(data) if isinstance(data, str | int | float) else None


def pick_all(data: Any, path: str) -> list[str]:
    """Return the texts of the list at a dotted path, or of one text with commas or bars; none when absent."""
    for step in path.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    if isinstance(data, str):
        return [part.strip() for part in re.split(r"[,|;]", data) if part.strip()]
    return [str(one) for one in data if isinstance(one, str | int)] if isinstance(data, list) else []


def listed(text: str) -> set[str]:
    """Return the values of a list typed with commas."""
    return {part.strip() for part in re.split(r"[,，]", text) if part.strip()}


class GatewaySender:
    """Fills the template, sends, and reads the answer by the provider's rule."""

    def __init__(self, settings: GatewaySettings, timeout: float) -> None:
        self.settings = settings
        self.client = Client(timeout, private=settings.private)

    def send(self, message: Message) -> str:
        """Send one text message; return the provider's id of it."""
        return self._receipt(self._ask(message, [mobile(message.address)]))

    def send_many(self, message: Message, addresses: Sequence[str]) -> Taken:
        """Send the same text to all numbers; those the answer lists as refused are tried alone later."""
        data = self._ask(message, [mobile(one) for one in addresses])
        receipt = self._receipt(data)
        field = self.settings.refused_field
        refused = {mobile(one) for one in pick_all(data, field)} if field else set()
        error = SendError("gateway_refused", _("网关没有接收这个号码。"))
        return Taken(receipt, {one: error for one in addresses if mobile(one) in refused})

    def _ask(self, message: Message, phones: Sequence[str]) -> Any:
        options = self.settings
        values = {
            "phone": options.separator.join(phones),
            "phones": json.dumps(phones),
            "text": message.text,
            "title": message.title,
            "id": message.number,
            "key": options.key,
        }
        headers = {"Content-Type": CONTENT_TYPES[options.content], NUMBER_HEADER: message.number}
        for line in options.headers.splitlines():
            if found := HEADER.fullmatch(line.strip()):
                headers[found[1]] = fill(found[2], values, "header")
        body = "" if options.method == "GET" else fill(options.body, values, options.content)
        answer = self.client.request(
            options.method, fill(options.url, values, "url"), headers=headers, body=body.encode()
        )
        refuse_unless_ok(answer)
        return answer.data()

    def _receipt(self, data: Any) -> str:
        options = self.settings
        if options.ok_field:
            got = pick(data, options.ok_field)
            if got is None or got not in listed(options.ok_values):
                code = one_line(got or _("没有标志"))[:30]
                raise SendError(
                    "gateway_" + re.sub(r"[^A-Za-z0-9_-]", "", code)[:20],
                    _("网关没有接收：%(code)s。") % {"code": code},
                    lasting=got is not None and got in listed(options.lasting_values),
                )
        return (pick(data, options.id_field) or "") if options.id_field else ""

    def abort(self) -> None:
        """Break off a hanging request."""
        self.client.abort()

    def close(self) -> None:
        """Nothing is kept between messages."""


GATEWAY_KIND = Kind(
    key="sms",
    label=gettext_lazy("短信网关"),
    about=gettext_lazy("经运营商或服务商的 HTTP 接口发到手机。"),
    shape=GatewaySettings,
    contacts=("sms", "phone"),
    open=GatewaySender,
    accepts=is_mobile,
    rate=(20, 1),
    many=lambda shown: int(shown.get("many") or 1),
)
