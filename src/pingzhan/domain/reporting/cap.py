"""An activation as an alert for other systems: Common Alerting Protocol 1.2 (OASIS standard of 2010-07-01).

Mapping, by the level in force:

level | urgency   | severity | certainty | response
I     | Immediate | Extreme  | Observed  | Execute
II    | Immediate | Severe   | Observed  | Execute
III   | Expected  | Moderate | Likely    | Execute
IV    | Future    | Minor    | Possible  | Prepare
ended | Past      | Minor    | Observed  | AllClear

The first order of an emergency is an Alert, each later one of it an Update that refers to those before, the
stand-down a Cancel that refers to all. Status is Actual, of a drill Exercise. The scope is Restricted: it is meant
for the units of the zone and the county. No person is named: not who ordered, and numbers that could be a phone or
an identity number are taken out of the reason. The area is named, not drawn: plans are kept in a flat grid of metres.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import EndKind
from pingzhan.domain.command.models import Activation
from pingzhan.domain.reporting import settings
from pingzhan.domain.reporting.rules import can_read
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.audit import record
from pingzhan.kernel.errors import Conflict, NotFound
from pingzhan.kernel.levels import Level

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
VALID: Final = timedelta(hours=24)
"""How long a message stands unless another follows; CAP leaves it to the sender."""
CLEARED: Final = timedelta(hours=6)

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBERS = re.compile(r"\d(?:[ -]?[\dXx]){6,}")
_TOKEN = re.compile(r"[^A-Za-z0-9._:-]+")


@dataclass(frozen=True)
class _Rating:
    urgency: str
    severity: str
    certainty: str
    response: str


MAPPING: Final[dict[int, _Rating]] = {
    1: _Rating("Immediate", "Extreme", "Observed", "Execute"),
    2: _Rating("Immediate", "Severe", "Observed", "Execute"),
    3: _Rating("Expected", "Moderate", "Likely", "Execute"),
    4: _Rating("Future", "Minor", "Possible", "Prepare"),
}
ENDED: Final = _Rating("Past", "Minor", "Observed", "AllClear")

# Both languages stand in every message, whatever the language of the page, so they are no texts of the catalogue.
_WORDS: Final[dict[str, dict[str, str]]] = {
    "zh-CN": {
        "event": "传染病疫情防控战时响应",
        "event_ended": "传染病疫情防控响应解除",
        "headline": "{drill}{unit}转入战时状态，响应等级{level}级",
        "headline_update": "{drill}{unit}响应等级调整为{level}级",
        "headline_ended": "{drill}{unit}战转平，响应解除",
        "description": "依据：{basis}。事由：{reason}。",
        "instruction": "各单位按职责到岗履职，企业落实主体责任，有情况立即报告值班台。",
        "instruction_ended": "恢复常态工作，继续做好日常监测。",
        "drill": "【演练】",
        "restriction": "供开发区各单位和上级指挥机构使用",
        "sender": "{zone}值班台",
    },
    "en-US": {
        "event": "Epidemic emergency response",
        "event_ended": "Epidemic emergency response ended",
        "headline": "{drill}Emergency posture, response level {level}: {unit}",
        "headline_update": "{drill}Response level changed to {level}: {unit}",
        "headline_ended": "{drill}Return to routine, response ended: {unit}",
        "description": "Basis: {basis}. Reason: {reason}.",
        "instruction": (
            "All units man their posts as assigned; enterprises carry out their own duties and report any case to the"
            " duty desk at once."
        ),
        "instruction_ended": "Return to routine work and keep up daily monitoring.",
        "drill": "[EXERCISE] ",
        "restriction": "For the units of the zone and the command above it",
        "sender": "Duty desk, {zone}",
    },
}


@dataclass(frozen=True)
class CapFile:
    """A message to be saved: its identifier, a file name, its bytes."""

    identifier: str
    name: str
    data: bytes


@transaction.atomic
def cap_file(*, activation: Activation, ended: bool = False, by: Actor) -> CapFile:
    """Return the alert of an activation as a file, and write that down in the trail.

    Raises NotFound when the zone is not the actor's, Conflict for the end of what has not ended.
    """
    if not can_read(by, activation.zone):
        raise NotFound(_("没有这道命令。"), code="activation_unknown")
    data = cap_xml(activation, ended=ended)
    identifier = _identifier(activation, ended)
    record(
        "reporting.alert",
        by=by,
        subject=("activation", activation.pk),
        unit_path=activation.unit.path,
        world=activation.world,
        body={"identifier": identifier},
    )
    return CapFile(identifier, f"{identifier}.xml", data)


def cap_xml(activation: Activation, *, ended: bool = False) -> bytes:
    """Return an activation as a CAP 1.2 message in UTF-8, the same bytes at each call.

    ``ended`` asks for the Cancel of a stand-down; Conflict while it is in force, or when a change of level ended it,
    which is the Update of the next order.
    """
    if ended and activation.end_kind not in (EndKind.STOOD_DOWN, EndKind.REAL_ORDER):
        raise Conflict(_("这道命令没有解除，没有解除信息。"), code="not_ended")
    ET.register_namespace("", NAMESPACE)
    before = _before(activation, ended)
    sent = activation.ended_at if ended else activation.at
    assert sent is not None
    alert = ET.Element(_tag("alert"))
    _add(alert, "identifier", _identifier(activation, ended))
    _add(alert, "sender", _sender(activation.zone))
    _add(alert, "sent", _moment(sent))
    _add(alert, "status", "Exercise" if activation.world else "Actual")
    _add(alert, "msgType", "Cancel" if ended else "Update" if before else "Alert")
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", _WORDS["zh-CN"]["restriction"])
    if activation.world:
        _add(alert, "note", f"{_WORDS['zh-CN']['drill']}{_WORDS['en-US']['drill']}".strip())
    if before:
        _add(alert, "references", " ".join(_reference(one) for one in before))
    for language in _WORDS:
        _info(alert, activation, language, ended=ended, update=bool(before), sent=sent)
    ET.indent(alert)
    found: bytes = ET.tostring(alert, encoding="utf-8", xml_declaration=True)
    return found


def _info(
    alert: ET.Element, activation: Activation, language: str, *, ended: bool, update: bool, sent: datetime
) -> None:
    words = _WORDS[language]
    rating = ENDED if ended else MAPPING[activation.level]
    level = Level(activation.level)
    names = {
        "drill": words["drill"] if activation.world else "",
        "unit": clean(activation.unit.name),
        "level": level.sign if language == "zh-CN" else level.roman,
    }
    kind = "headline_ended" if ended else "headline_update" if update else "headline"
    info = ET.SubElement(alert, _tag("info"))
    _add(info, "language", language)
    _add(info, "category", "Health")
    _add(info, "event", words["event_ended" if ended else "event"])
    _add(info, "responseType", rating.response)
    _add(info, "urgency", rating.urgency)
    _add(info, "severity", rating.severity)
    _add(info, "certainty", rating.certainty)
    _add(info, "effective", _moment(sent))
    _add(info, "expires", _moment(sent + (CLEARED if ended else VALID)))
    _add(info, "senderName", words["sender"].format(zone=clean(activation.zone.name)))
    _add(info, "headline", words[kind].format_map(names))
    reason = (activation.end_reason if ended else activation.reason) or activation.reason
    _add(
        info,
        "description",
        words["description"].format(basis=_unnumbered(activation.basis), reason=_unnumbered(reason)),
    )
    _add(info, "instruction", words["instruction_ended" if ended else "instruction"])
    for name, value in (("responseLevel", level.roman), ("unitCode", clean(activation.unit.code))):
        parameter = ET.SubElement(info, _tag("parameter"))
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    area = ET.SubElement(info, _tag("area"))
    _add(area, "areaDesc", clean(activation.unit.name))


def _before(activation: Activation, ended: bool) -> Sequence[Activation]:
    """Return the orders of the same unbroken emergency that this message replaces, the first first."""
    first = activation.run_id or activation.pk
    run = Activation.objects.filter(pk=first) | Activation.objects.filter(run=first)
    rows = run.filter(pk__lte=activation.pk).select_related("unit", "zone").order_by("pk")
    return [one for one in rows if ended or one.pk != activation.pk]


def _identifier(activation: Activation, ended: bool) -> str:
    """Return a name that no other message of this sender has, and that stays: zone, world, number of the order."""
    world = f"-D{activation.world}" if activation.world else ""
    return f"PZ-{_token(activation.zone.code)}{world}-A{activation.pk}" + ("-END" if ended else "")


def _sender(zone: Unit) -> str:
    return _token(settings.text("cap_sender")) or f"pingzhan:{_token(zone.code)}"


def _reference(activation: Activation) -> str:
    """Return "sender,identifier,sent", as CAP names an earlier message."""
    return f"{_sender(activation.zone)},{_identifier(activation, False)},{_moment(activation.at)}"


def _token(text: str) -> str:
    """Return a text without what CAP forbids in sender and identifier (blank, comma, <, &) and all but ASCII."""
    return _TOKEN.sub("-", text.strip()).strip("-")


def _moment(at: datetime) -> str:
    """Return a time in the form of CAP: to the second, with the zone's own offset (+08:00), never Z."""
    return timezone.localtime(at).isoformat(timespec="seconds")


def clean(text: str) -> str:
    """Return a text without characters that XML 1.0 does not allow; blank ends and runs of blanks are closed up."""
    return " ".join(_ILLEGAL.sub(" ", text).split()) or "—"


def _unnumbered(text: str) -> str:
    """Return a text of an order as a public system may have it: no full stop at its end, no long number in it."""
    return clean(_NUMBERS.sub("***", text)).rstrip("。.")


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, _tag(name)).text = text
