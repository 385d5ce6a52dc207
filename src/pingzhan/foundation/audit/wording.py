"""The sentences that tell of a verification."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from pingzhan.foundation.audit.report import Break, BreakKind, Report


def summary(report: Report) -> str:
    """Return the outcome in one sentence or two."""
    if report.ok:
        text = _("链条完整，核对了 %(n)d 条。") % {"n": report.checked}
    else:
        text = _("链条有 %(n)d 处不符，核对了 %(all)d 条。") % {
            "n": report.break_count,
            "all": report.checked,
        }
    return text + anchored(report)


def anchored(report: Report) -> str:
    """Return up to where the end of the trail is proved."""
    at = parse_datetime(report.anchored_at) if report.anchored_at else None
    if at is None:
        return _("还没有签名的锚点，末尾是否被截去无从证明。")
    moment = timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")
    if report.unanchored:
        return _("锚点证明到第 %(id)d 条（%(at)s）为止没有截去，其后 %(n)d 条还没有锚点。") % {
            "id": report.anchored_id,
            "at": moment,
            "n": report.unanchored,
        }
    return _("锚点证明到末条第 %(id)d 条（%(at)s）为止没有截去。") % {"id": report.anchored_id, "at": moment}


def break_sentence(one: Break) -> str:
    """Return what is wrong at one place."""
    return _SENTENCES[one.kind](one)


def _missing(one: Break) -> str:
    if one.after_id is None:
        return _("第 %(id)d 条之前的开头记录缺失。") % {"id": one.record_id}
    return _("第 %(after)d 条与第 %(id)d 条之间有记录缺失，或第 %(id)d 条是插入的。") % {
        "after": one.after_id,
        "id": one.record_id,
    }


def _gap(one: Break) -> str:
    return _("第 %(id)d 条的编号与前一条（%(after)d）不相连。") % {
        "id": one.record_id,
        "after": one.after_id or 0,
    }


def _cut(one: Break) -> str:
    return _("末尾被截去：锚点证明曾有第 %(id)d 条，现在末条是第 %(after)d 条。") % {
        "id": one.record_id,
        "after": one.after_id or 0,
    }


_SENTENCES: dict[BreakKind, Callable[[Break], str]] = {
    "edited": lambda one: _("第 %(id)d 条的内容与校验值不符，被改动过。") % {"id": one.record_id},
    "missing": _missing,
    "gap": _gap,
    "forged": lambda one: _("第 %(id)d 条不是本系统写的：校验值被重算过。") % {"id": one.record_id},
    "unsigned": lambda one: (
        _("第 %(id)d 条没有本机密钥的印记，不能证明是本系统写的。") % {"id": one.record_id}
    ),
    "cut": _cut,
    "anchor": lambda one: _("第 %(id)d 条处的锚点被改动、删除，或与记录不符。") % {"id": one.record_id},
    "segment": lambda one: _("从第 %(id)d 条开始的归档段与链条不相连，或签名不对。") % {"id": one.record_id},
}
