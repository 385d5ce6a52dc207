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
POLL_PLACES = re.compile(r"\{(ids|key)\}")
POLL_ANSWER = 1024 * 1024
"""Bytes of reports that one call may bring."""
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
    report_wait: str = setting(
        gettext_lazy("表示还没有结果的值"),
        help=gettext_lazy("例如 SENDING，多个用逗号隔开；这样的回报不作数，等下一次。"),
        required=False,
    )
    poll_url: str = setting(
        gettext_lazy("取回送达报告的地址"),
        help=gettext_lazy(
            "网关访问不到本系统时填写，由本系统每分钟去取，可用 {key} {ids}；网关会主动回报时不填。"
        ),
        required=False,
    )
    poll_body: str = setting(
        gettext_lazy("取回送达报告的正文"),
        help=gettext_lazy(
            "不填用 GET。{ids} 是还没有结果的回执号，JSON 里是列表，其他格式用逗号隔开；没有 {ids} 就取回全部新报告。"
        ),
        required=False,
        lines=2,
    )
    poll_many: int = setting(
        gettext_lazy("一次最多查询的回执号数"), default=100, required=False, minimum=1, maximum=1000
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
        self._check_poll()

    def _check_poll(self) -> None:
        if not self.poll_url:
            if self.poll_body:
                raise Invalid(_("请填写取回送达报告的地址。"), place="poll_url")
            return
        sample = {"ids": '["PZ1"]', "key": "k"}
        check_url(fill(self.poll_url, sample, "url", POLL_PLACES), private=self.private, place="poll_url")
        if self.content == "json" and self.poll_body:
            try:
                json.loads(fill(self.poll_body, sample, "json", POLL_PLACES))
            except ValueError:
                raise Invalid(_("正文模板填好后不是 JSON。"), place="poll_body") from None


def fill(template: str, values: Mapping[str, str], escaping: str, places: re.Pattern[str] = PLACES) -> str:
    """Put the values into a template, escaped so that none of them can change its shape.

    ``phones`` and ``ids`` are lists in JSON; in other forms ``ids`` stands with commas.
    """
    escapes: dict[str, Callable[[str], str]] = {
        "json": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        "form": lambda text: quote(text, safe=""),
        "url": lambda text: quote(text, safe=""),
        "xml": lambda text: escape(text, {'"': "&quot;"}),
        "header": one_line,
        "text": str,
    }

    def put(found: re.Match[str]) -> str:
        if found[1] in ("phones", "ids") and escaping == "json":
            return values[found[1]]
        value = values[found[1]]
        return escapes[escaping](",".join(json.loads(value)) if found[1] == "ids" else value)

    return places.sub(put, template)


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
        headers = {**self._headers(values, PLACES), NUMBER_HEADER: message.number}
        body = "" if options.method == "GET" else fill(options.body, values, options.content)
        answer = self.client.request(
            options.method, fill(options.url, values, "url"), headers=headers, body=body.encode()
        )
        refuse_unless_ok(answer)
        return answer.data()

    def fetch(self, receipts: Sequence[str]) -> Any:
        """Return the reports the gateway has, about these receipts where the address or body asks for some.

        Raises SendError without an answer in JSON, and for one whose flag says no.
        """
        options = self.settings
        values = {"ids": json.dumps(list(receipts), ensure_ascii=False), "key": options.key}
        body = fill(options.poll_body, values, options.content, POLL_PLACES)
        client = Client(self.client.timeout, private=options.private, most=POLL_ANSWER)
        answer = client.request(
            "POST" if body else "GET",
            fill(options.poll_url, values, "url", POLL_PLACES),
            headers=self._headers(values, POLL_PLACES),
            body=body.encode(),
        )
        refuse_unless_ok(answer)
        data = answer.data()
        if data is None:
            raise SendError("poll_unreadable", _("网关的送达报告看不懂。"))
        # A bare list of reports has no flag; a flag that is there has to say yes.
        if options.ok_field and pick(data, options.ok_field) is not None:
            self._approved(data)
        return data

    def _headers(self, values: Mapping[str, str], places: re.Pattern[str]) -> dict[str, str]:
        headers = {"Content-Type": CONTENT_TYPES[self.settings.content]}
        for line in self.settings.headers.splitlines():
            if found := HEADER.fullmatch(line.strip()):
                headers[found[1]] = fill(found[2], values, "header", places)
        return headers

    def _receipt(self, data: Any) -> str:
        self._approved(data)
        options = self.settings
        return (pick(data, options.id_field) or "") if options.id_field else ""

    def _approved(self, data: Any) -> None:
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

    def abort(self) -> None:
        """Break off a hanging request."""
        self.client.abort()

    def close(self) -> None:
        """Nothing is kept between messages."""


def _polls(shown: Mapping[str, Any]) -> int | None:
    """Return how the reports of a channel are fetched, see Kind."""
    address, body = str(shown.get("poll_url") or ""), str(shown.get("poll_body") or "")
    if not address:
        return None
    return int(shown.get("poll_many") or 1) if "{ids}" in address + body else 0


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
    polls=_polls,
)
