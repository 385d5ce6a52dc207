"""One sentence per finding, in the reader's language, made from its kind and subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pingzhan.domain.organisation.enums import FindingKind

Subject = Mapping[str, Any]


def _listed(items: list[str]) -> str:
    return _("、").join(items)


def _same_name(s: Subject) -> str:
    return _("“%(name)s”出现 %(count)d 处（%(labels)s），请核实是否同一人。") % {
        "name": s["name"],
        "count": len(s["labels"]),
        "labels": _("；").join(s["labels"]),
    }


def _similar(s: Subject) -> str:
    return _("“%(a)s”与“%(b)s”读音或字形相近（%(labels)s），请核实是否同一人。") % {
        "a": s["names"][0],
        "b": s["names"][1],
        "labels": _("；").join(s["labels"]),
    }


def _several(s: Subject) -> str:
    text = _("%(name)s同时任%(labels)s。") % {"name": s["name"], "labels": _listed(s["labels"])}
    return text + (_("两个都是关键岗位。") if s.get("critical") else "")


def _without_post(s: Subject) -> str:
    if s.get("certain", True):
        return _("%(label)s没有工作组岗位，平战转换后无具体岗位。") % {"label": s["label"]}
    return _("%(label)s两人中有一人没有工作组岗位，须先核实同名问题。") % {"label": s["label"]}


def _two_heads(s: Subject) -> str:
    return _("%(group)s有 %(count)d 名组长（%(names)s），请明确谁牵头。") % {
        "group": s["group"],
        "count": len(s["names"]),
        "names": _listed(s["names"]),
    }


def _dangling(s: Subject) -> str:
    return _("岗位“%(post)s”引用了不存在的岗位代码“%(code)s”。") % {"post": s["post"], "code": s["code"]}


def _span(s: Subject) -> str:
    return _("岗位“%(post)s”有 %(count)d 个直接下级岗位，超过七个。") % {
        "post": s["post"],
        "count": s["count"],
    }


_SENTENCES: dict[str, Callable[[Subject], str]] = {
    FindingKind.SAME_NAME: _same_name,
    FindingKind.SIMILAR_NAME: _similar,
    FindingKind.SEVERAL_POSTS: _several,
    FindingKind.TWO_HEADS: _two_heads,
    FindingKind.CLASS_UNRESOLVED: lambda s: (
        _("%(label)s写的是“%(text)s”，没有写明具体人员，请指定规则或人员。")
        % {"label": s["label"], "text": s["text"]}
    ),
    FindingKind.PERSON_WITHOUT_POST: _without_post,
    FindingKind.GROUP_NAME_DIFFERS: lambda s: (
        _("文中先称“%(listed)s”，后称“%(heading)s”，按后者建立，请核实名称。")
        % {"listed": s["listed"], "heading": s["heading"]}
    ),
    FindingKind.NO_SUBSTITUTE: lambda _s: _("文件没有为任何岗位指定替补；副组长能否代行组长职责也没有写明。"),
    FindingKind.NO_LEVEL_NO_TIME: lambda s: (
        _("文件没有写明响应等级和转换时限，只有%(words)s。")
        % {"words": _listed([f"“{word}”" for word in s.get("words", [])])}
        if s.get("words")
        else _("文件没有写明响应等级和转换时限。")
    ),
    FindingKind.ONE_LIST_ONLY: lambda _s: _("文件要求明确平时与战时的领导体系和职责分工，但只给出一份名单。"),
    FindingKind.BODY_UNDEFINED: lambda s: (
        _("文中 %(count)d 处要求向“%(body)s”报告，但名单里没有设立这一机构。")
        % {"count": s["count"], "body": s["body"]}
    ),
    FindingKind.POST_EMPTY: lambda s: (
        _("岗位“%(post)s”应有 %(need)d 人，现有 %(have)d 人。")
        % {"post": s["post"], "need": s["need"], "have": s["have"]}
    ),
    FindingKind.CRITICAL_WITHOUT_SUBSTITUTE: lambda s: (
        _("关键岗位“%(post)s”的%(name)s没有替补。") % {"post": s["post"], "name": s["name"]}
    ),
    FindingKind.TWO_CRITICAL: lambda s: (
        _("%(name)s同时任两个关键岗位：%(labels)s。") % {"name": s["name"], "labels": _listed(s["labels"])}
    ),
    FindingKind.HEAD_AND_MEMBER: lambda s: (
        _("%(name)s在%(group)s既任组长又任其他岗位：%(labels)s。")
        % {"name": s["name"], "group": s["group"], "labels": _listed(s["labels"])}
    ),
    FindingKind.SEGREGATION: lambda s: (
        _("%(name)s同时在互斥的岗位上：%(labels)s。") % {"name": s["name"], "labels": _listed(s["labels"])}
    ),
    FindingKind.NO_CONTACT: lambda s: (
        _("%(count)d 名在岗人员没有任何联系方式，转换时通知不到。") % {"count": s["count"]}
    ),
    FindingKind.POST_CODE_DANGLING: _dangling,
    FindingKind.SPAN_OVER_7: _span,
    FindingKind.SEATS_OVER_MAX: lambda s: (
        _("岗位“%(post)s”排了 %(have)d 个席位，上限是 %(most)d 个。")
        % {"post": s["post"], "have": s["have"], "most": s["most"]}
    ),
    FindingKind.NAME_CHOICE: lambda s: (
        _("%(label)s：人员库里有 %(count)d 名“%(name)s”，请选定是哪一位。")
        % {"label": s["label"], "count": s["count"], "name": s["name"]}
    ),
}


def sentence(kind: str, subject: Subject) -> str:
    """Return the finding as one sentence in the active language. Raises KeyError for an unknown kind."""
    return _SENTENCES[kind](subject)


def source_sentence(kind: str, subject: Subject) -> str:
    """Return the finding's sentence in the source language, as it is stored."""
    with translation.override("zh-hans"):
        return sentence(kind, subject)
