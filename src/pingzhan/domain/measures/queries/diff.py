"""The difference of two versions in words: what changes for the people who carry it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.measures.cadence import CadenceError, cadence_words, parameter_of, parse_cadence
from pingzhan.domain.measures.content import MeasureSpec, ParameterSpec, SetContent, at_phase
from pingzhan.domain.measures.enums import (
    ITEMS,
    PHASES,
    Decider,
    Evidence,
    Mark,
    Party,
    Phase,
    Severity,
    Subject,
)
from pingzhan.domain.measures.models.sets import in_language
from pingzhan.domain.measures.powers import powers


@dataclass(frozen=True)
class Change:
    """One change: ``kind`` is added, removed or changed; ``item`` 0 to 10, -1 for a parameter or the head."""

    kind: str
    item: int
    key: str
    sentence: str
    clause: str = ""


def compare(old: SetContent, new: SetContent) -> list[Change]:
    """Return the changes from one content to another in the order of the items; empty when they say the same."""
    found = [*_head(old, new), *_parameters(old, new)]
    before = {one.key: one for one in old.measures}
    after = {one.key: one for one in new.measures}
    for key, measure in after.items():
        if key not in before:
            words = _cadences(measure, new)
            sentence = _("增加“%(title)s”：%(how)s") % {
                "title": _title(measure),
                "how": next(iter(words.values()), ""),
            }
            found.append(Change("added", measure.item, key, sentence, measure.clause))
        else:
            found += _measure(before[key], measure, old, new)
    for key, measure in before.items():
        if key not in after:
            sentence = _("取消“%(title)s”") % {"title": _title(measure)}
            found.append(Change("removed", measure.item, key, sentence, measure.clause))
    return sorted(found, key=lambda one: one.item)


def _title(spec: MeasureSpec | ParameterSpec) -> str:
    return in_language(spec.title, spec.title_en)


def _head(old: SetContent, new: SetContent) -> Iterable[Change]:
    for label, before, after in (
        (_("名称"), old.title, new.title),
        (_("来源"), old.source, new.source),
    ):
        if before != after:
            yield Change("changed", -1, "", _became(label, before, after))


def _became(what: str, before: str, after: str) -> str:
    if not before:
        return _("%(what)s：%(after)s（新填）") % {"what": what, "after": after}
    if not after:
        return _("%(what)s：删去“%(before)s”") % {"what": what, "before": before}
    return _("%(what)s由“%(before)s”改为“%(after)s”") % {"what": what, "before": before, "after": after}


def value_words(value: Any, unit: str = "") -> str:
    """Return the value of a parameter in words, with its unit when that is short."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return _("、").join(str(one) for one in value)
    shown = f"{value:g}" if isinstance(value, int | float) else str(value)
    return f"{shown} {unit}" if unit and len(unit) <= 4 else shown


def _days(spec: ParameterSpec) -> str:
    if spec.valid_from and spec.valid_until:
        return _("%(since)s 至 %(until)s 前") % {"since": spec.valid_from, "until": spec.valid_until}
    if spec.valid_from:
        return _("%(since)s 起") % {"since": spec.valid_from}
    if spec.valid_until:
        return _("%(until)s 前") % {"until": spec.valid_until}
    return ""


def _parameters(old: SetContent, new: SetContent) -> Iterable[Change]:
    before = {(one.key, one.valid_from): one for one in old.parameters}
    after = {(one.key, one.valid_from): one for one in new.parameters}
    for where, spec in after.items():
        was = before.get(where)
        if was is None:
            words = _("增加参数“%(title)s”：%(value)s") % {
                "title": _title(spec) + (f"（{_days(spec)}）" if _days(spec) else ""),
                "value": value_words(spec.value, spec.unit),
            }
            yield Change("added", -1, spec.key, words)
        else:
            yield from _parameter(was, spec)
    for where, spec in before.items():
        if where not in after:
            yield Change("removed", -1, spec.key, _("取消参数“%(title)s”") % {"title": _title(spec)})


def _parameter(old: ParameterSpec, new: ParameterSpec) -> Iterable[Change]:
    title = _title(new)
    said: list[str] = []
    for phase in PHASES:
        was, now = at_phase(old.value, old.at, phase), at_phase(new.value, new.at, phase)
        if was != now:
            said.append(
                _("%(phase)s由 %(before)s 改为 %(after)s")
                % {
                    "phase": Phase(phase).label,
                    "before": value_words(was, old.unit),
                    "after": value_words(now, new.unit),
                }
            )
    if said:
        yield Change("changed", -1, new.key, f"{title}：{_('；').join(said)}")
    for label, before, after in (
        (_("名称"), old.title, new.title),
        (_("单位"), old.unit, new.unit),
        (_("来源"), old.source, new.source),
        (_("有效日期"), _days(old), _days(new)),
        (_("核实情况"), _checked(old), _checked(new)),
    ):
        if before != after:
            yield Change("changed", -1, new.key, f"{title}：{_became(label, before, after)}")


def _checked(spec: ParameterSpec) -> str:
    return _("已核实") if spec.verified else _("未核实")


def _cadences(measure: MeasureSpec, content: SetContent) -> dict[str, str]:
    found = {}
    for phase in PHASES:
        if phase not in measure.phases:
            continue
        values = {one.key: at_phase(one.value, one.at, phase) for one in content.parameters}
        try:
            cadence = parse_cadence(at_phase(measure.cadence, measure.at, phase), values)
        except CadenceError as error:
            found[phase] = str(error)
        else:
            found[phase] = cadence_words(cadence)
    return found


def cadence_by_phase(measure: MeasureSpec, content: SetContent) -> dict[str, str]:
    """Return the cadence of a measure in words for each phase in which it holds."""
    return _cadences(measure, content)


def _measure(
    old: MeasureSpec, new: MeasureSpec, old_set: SetContent, new_set: SetContent
) -> Iterable[Change]:
    title = _title(new)

    def change(words: str) -> Change:
        return Change("changed", new.item, new.key, words, new.clause)

    before, after = _cadences(old, old_set), _cadences(new, new_set)
    said: dict[tuple[str, str], list[str]] = {}
    for phase in PHASES:
        if phase in before and phase in after and before[phase] != after[phase]:
            said.setdefault((before[phase], after[phase]), []).append(str(Phase(phase).label))
    for (was, now), phases in said.items():
        where = "" if len(phases) == len(after) else _("、").join(phases)
        yield change(
            _("“%(title)s”%(where)s由%(before)s改为%(after)s")
            % {"title": title, "where": where, "before": was, "after": now}
        )
    for phase in PHASES:
        if phase in after and phase not in before:
            yield change(
                _("“%(title)s”增加用于%(phase)s：%(how)s")
                % {"title": title, "phase": Phase(phase).label, "how": after[phase]}
            )
        elif phase in before and phase not in after:
            yield change(_("“%(title)s”不再用于%(phase)s") % {"title": title, "phase": Phase(phase).label})
    was_words, now_words = field_words(old), field_words(new)
    for label, text in now_words.items():
        if was_words[label] != text:
            yield change(f"“{title}”{_became(label, was_words[label], text)}")


def field_words(spec: MeasureSpec) -> Mapping[str, str]:
    """Return every field of a measure but its cadence by label, in words."""
    return {
        _("名称"): spec.title,
        _("英文名称"): spec.title_en,
        _("条目"): f"{spec.item} {ITEMS[spec.item]}",
        _("出处"): spec.clause,
        _("对象"): str(Subject(spec.subject).label),
        _("责任方"): str(Party(spec.party).label),
        _("督办工作组"): group_name(spec.watching),
        _("完成依据"): str(Evidence(spec.evidence).label),
        _("严重程度"): str(Severity(spec.severity).label),
        _("参数"): _("、").join(spec.parameters),
        _("适用企业"): _("、").join(str(Mark(one).label) for one in spec.needs),
        _("只在工作日"): value_words(spec.workdays),
        _("法律依据"): spec.law,
        _("限制人员"): value_words(spec.restricts),
        _("权限种类"): power_name(spec.power),
        _("决定机关"): str(Decider(spec.decider).label),
        _("范围"): spec.scope,
        _("最长期限（天）"): "" if spec.term_days is None else str(spec.term_days),
        _("理由"): spec.reason,
        _("频次引用的参数"): parameter_of(spec.cadence) or "",
    }


def group_name(function: str) -> str:
    """Return the name of the work group of a function, as the notice has it."""
    return {
        "leading": _("领导小组"),
        "coordination": _("综合协调组"),
        "verification": _("监督核查组"),
        "testing": _("核酸检测组"),
        "inspection": _("督导检查组"),
        "medical": _("医疗保障组"),
        "response": _("应急处置组"),
    }.get(function, function)


def power_name(key: str) -> str:
    """Return the name of a power, empty for none."""
    found = powers().get(key)
    return in_language(found.title, found.title_en) if found else key
