"""The protocol of an erasure: who ordered it, what was destroyed, how many, what was kept and why.

Its content is data that is hashed and never changed; the readable form is made from it in Chinese, the
language of the file that is signed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from pingzhan.foundation.privacy.models import Erasure, ErasureProtocol, ErasureScope


@dataclass(frozen=True)
class HolderLine:
    """One table of personal data: rows holding something of these persons before, overwritten, and after."""

    key: str
    label: str
    kind: str
    before: int
    changed: int
    after: int
    note: str = ""


@dataclass(frozen=True)
class RuleLine:
    """One retention rule whose rows were removed at the end of a response."""

    key: str
    label: str
    removed: int
    kept: str = ""


@dataclass(frozen=True)
class FileLine:
    """One kind of files that were destroyed whole: how many uploads or exports had any."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Facts:
    """All that a protocol states. Times are the database's, in ISO form with their offset."""

    number: int
    scope: str
    basis: str
    rule: str
    unit_path: str
    proposed_by: str
    proposed_at: str
    approved_by: str
    approved_at: str
    executed_by: str
    started_at: str
    finished_at: str
    subjects: int
    keys_destroyed: int
    holders: Sequence[HolderLine] = ()
    rules: Sequence[RuleLine] = ()
    files: Sequence[FileLine] = ()
    kept: Sequence[tuple[str, str]] = ()
    masters_destroyed: Sequence[str] = ()
    lookups_destroyed: Sequence[str] = ()
    rehashed: int = 0
    trail_records: int = 0
    trail_head: str = ""
    format: int = field(default=1)

    def as_data(self) -> dict[str, Any]:
        """Return plain JSON."""
        data: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        return data


def canonical(data: Mapping[str, Any]) -> bytes:
    """Return the bytes that are hashed: JSON with sorted keys, no blanks, UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha_of(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a protocol's data."""
    return hashlib.sha256(canonical(data)).hexdigest()


def store(erasure: Erasure, facts: Facts) -> ErasureProtocol:
    """Write the protocol of an executed order. The caller's transaction ends the order with it."""
    data = facts.as_data()
    return ErasureProtocol.objects.create(erasure=erasure, data=data, sha=sha_of(data))


def intact(protocol: ErasureProtocol) -> bool:
    """Return whether the stored data still has its hash."""
    return sha_of(protocol.data) == protocol.sha


def as_text(protocol: ErasureProtocol) -> str:
    """Return the readable protocol, ready to be printed and signed, always in Chinese."""
    with translation.override("zh-hans"):
        lines = [title(), *_head(protocol.data), "", *_body(protocol.data, protocol.sha, table=False)]
        return "\n".join([*lines, "", signatures()]) + "\n"


def as_markup(protocol: ErasureProtocol) -> str:
    """Return the protocol without its title as the light text of papers: headings, and the counts as a table."""
    with translation.override("zh-hans"):
        data = protocol.data
        lines = [*_head(data)[1:], *_body(data, protocol.sha, table=True), signatures()]
        return "\n".join(lines)


def title() -> str:
    """Return the title in the language of the moment."""
    return _("个人信息销毁记录书")


def signatures() -> str:
    """Return the last line, where the protocol is signed by hand."""
    return _("执行人签字：　　　　　　批准人签字：　　　　　　日期：")


def _head(data: Mapping[str, Any]) -> list[str]:
    return [
        _("编号：%(number)s") % {"number": data["number"]},
        _("事由：%(scope)s") % {"scope": ErasureScope(data["scope"]).label},
        _("依据：%(basis)s") % {"basis": data["basis"]},
        _("拟订：%(who)s，%(when)s")
        % {"who": data["proposed_by"] or _("系统按保存期限自动拟订"), "when": _local(data["proposed_at"])},
        _("批准：%(who)s，%(when)s") % {"who": data["approved_by"], "when": _local(data["approved_at"])},
        _("执行：%(who)s，%(start)s 至 %(end)s")
        % {
            "who": data["executed_by"],
            "start": _local(data["started_at"]),
            "end": _local(data["finished_at"]),
        },
    ]


def _body(data: Mapping[str, Any], sha: str, *, table: bool) -> list[str]:
    lines = [
        _("一、销毁了什么"),
        _("涉及 %(count)d 人，销毁个人密钥 %(keys)d 个。")
        % {"count": data["subjects"], "keys": data["keys_destroyed"]},
    ]
    lines += _table(data["holders"]) if table else _sentences(data["holders"])
    lines += [_("%(label)s：清理 %(removed)d 行。") % one for one in data["rules"]]
    # Protocols of an older version do not know of files.
    lines += [_("%(label)s：连同密钥销毁 %(count)d 份。") % one for one in data.get("files", [])]
    lines += [
        _("更换并销毁主密钥：%(keys)s。") % {"keys": "、".join(data["masters_destroyed"]) or "—"},
        _("更换并销毁查找密钥：%(keys)s，重新计算查找值 %(rows)d 行。")
        % {"keys": "、".join(data["lookups_destroyed"]) or "—", "rows": data["rehashed"]},
        _(
            "此前的数据库备份、历史记录中只有加密内容，密钥已经销毁，不能再还原到个人；"
            "密钥环的旧备份应当同时销毁。"
        ),
        "",
        _("二、保留了什么，为什么"),
    ]
    notes = [(one["label"], one["note"]) for one in data["holders"] if one["note"]]
    notes += [(one["label"], one["kept"]) for one in data["rules"] if one["kept"]]
    notes += [(label, why) for label, why in data["kept"]]
    lines += [_("%(label)s：%(why)s") % {"label": label, "why": why} for label, why in notes] or [_("无。")]
    return [
        *lines,
        "",
        _("三、核对"),
        _("留痕共 %(count)d 条，末条校验值 %(sha)s。")
        % {"count": data["trail_records"], "sha": data["trail_head"]},
        _("本记录书内容的 SHA-256 校验值：%(sha)s。") % {"sha": sha},
    ]


def _sentences(holders: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        _("%(label)s：销毁前 %(before)d 行，覆盖 %(changed)d 行，销毁后 %(after)d 行。") % one
        for one in holders
    ]


def _table(holders: Sequence[Mapping[str, Any]]) -> list[str]:
    if not holders:
        return []
    rows = [(_("内容"), _("销毁前行数"), _("覆盖行数"), _("销毁后行数"))]
    rows += [
        (str(one["label"]), str(one["before"]), str(one["changed"]), str(one["after"])) for one in holders
    ]
    return ["| " + " | ".join(row) + " |" for row in rows]


def _local(text: str) -> str:
    moment = parse_datetime(text) if text else None
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") if moment else "—"
