"""Measure sets as TOML files: read with an error that names file, measure and field, written so that it reads back."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

from pingzhan.domain.measures.cadence import CadenceError, parameter_of, parse_cadence
from pingzhan.domain.measures.content import MeasureSpec, ParameterSpec, SetContent, at_phase
from pingzhan.domain.measures.enums import (
    ITEMS,
    PHASES,
    Decider,
    Evidence,
    Mark,
    Party,
    Severity,
    Subject,
)
from pingzhan.domain.measures.powers import powers
from pingzhan.kernel.errors import Invalid

WATCHING = ("leading", "coordination", "verification", "testing", "inspection", "medical", "response")
"""Functions of work groups, as the default duties name them."""
_KEY = re.compile(r"(?=.{1,100}\Z)[a-z][a-z0-9]*([._-][a-z0-9]+)*\Z")
_PARAMETER_KEY = re.compile(r"(?=.{1,100}\Z)[a-z][a-z0-9_]*\Z")
_LEVELS = PHASES[1:]
_HEAD = {"key", "hazard", "title", "title_en", "source", "parameter", "measure"}
_TEXT_MEASURE = ("title", "title_en", "clause", "watching", "law", "power", "scope", "reason")
_CHOICES: dict[str, Iterable[str]] = {
    "subject": Subject.values,
    "party": Party.values,
    "evidence": Evidence.values,
    "severity": Severity.values,
    "decider": Decider.values,
    "watching": WATCHING,
}
_REQUIRED = ("key", "title", "item", "clause", "subject", "cadence", "party", "watching", "evidence")
_REQUIRED_PARAMETER = ("key", "title", "value", "source")
_FIELDS = set(MeasureSpec.__dataclass_fields__)
_PARAMETER_FIELDS = set(ParameterSpec.__dataclass_fields__) - {"valid_from", "valid_until"} | {
    "from",
    "until",
}


class SheetFault(Invalid):
    """A set file is wrong; ``place`` names file, measure or parameter, and field."""

    code = "measure_sheet"


class _Reader:
    """Reads one file and knows where it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fault(self, message: str, *place: str, hint: str = "") -> SheetFault:
        return SheetFault(message, place=" / ".join([self.name, *place]), hint=hint)

    def read(self, text: str) -> SetContent:
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self.fault(_("文件不是正确的 TOML：%(what)s") % {"what": error}) from None
        except RecursionError:
            raise self.fault(_("文件不是正确的 TOML：%(what)s") % {"what": _("嵌套太深")}) from None
        return self.content(data)

    def content(self, data: Mapping[str, Any]) -> SetContent:
        self._sound(data)
        self._unknown(data, _HEAD)
        for one in ("key", "hazard", "title"):
            self._text(data, one, required=True)
        for one in ("title_en", "source"):
            self._text(data, one)
        for one in ("key", "hazard"):
            if not _KEY.match(data[one]):
                raise self.fault(_("只能用小写字母、数字、点和短横。"), one)
        for one in ("parameter", "measure"):
            if not isinstance(data.get(one, []), list):
                raise self.fault(_("要写成 [[%(name)s]] 表。") % {"name": one}, one)
        entries = data.get("parameter", [])
        parameters = tuple(self._parameter(entry, n) for n, entry in enumerate(entries, start=1))
        self._days_apart(parameters)
        measures = tuple(
            self._measure(entry, n, parameters) for n, entry in enumerate(data.get("measure", []), start=1)
        )
        if not measures:
            raise self.fault(_("措施集里至少要有一条措施。"), "measure")
        keys = [one.key for one in measures]
        twice = next((one for one in keys if keys.count(one) > 1), None)
        if twice:
            raise self.fault(_("措施代码重复。"), twice, "key")
        return SetContent(
            data["key"],
            data["hazard"],
            data["title"],
            data.get("title_en", ""),
            data.get("source", ""),
            parameters,
            measures,
        )

    def _sound(self, data: Mapping[str, Any]) -> None:
        """Refuse what no database keeps: NUL characters, and numbers that are none."""
        stack: list[Any] = [data]
        while stack:
            one = stack.pop()
            if isinstance(one, Mapping):
                stack += [*one, *one.values()]
            elif isinstance(one, list):
                stack += one
            elif (isinstance(one, str) and "\x00" in one) or (isinstance(one, float) and not isfinite(one)):
                raise self.fault(_("文件里有不能保存的字符或数值。"), repr(one)[:40])

    def _unknown(self, entry: Mapping[str, Any], known: set[str], *place: str) -> None:
        extra = sorted(set(entry) - known)
        if extra:
            raise self.fault(
                _("不认识的字段“%(name)s”。") % {"name": extra[0]},
                *place,
                extra[0],
                hint=_("可用的字段：%(names)s。") % {"names": "、".join(sorted(known))},
            )

    def _text(self, entry: Mapping[str, Any], name: str, *place: str, required: bool = False) -> None:
        value = entry.get(name, "")
        if not isinstance(value, str):
            raise self.fault(_("这里要填文字。"), *place, name)
        if required and not value.strip():
            raise self.fault(_("这里不能为空。"), *place, name)

    def _required(self, entry: Mapping[str, Any], names: Iterable[str], *place: str) -> None:
        for one in names:
            if one not in entry or entry[one] == "":
                raise self.fault(_("缺少必填字段“%(name)s”。") % {"name": one}, *place, one)

    def _parameter(self, entry: Any, n: int) -> ParameterSpec:
        spot = _("参数 %(n)d") % {"n": n}
        if not isinstance(entry, Mapping):
            raise self.fault(_("参数要写成 [[parameter]] 表。"), spot)
        spot = _("参数 %(key)s") % {"key": entry.get("key", n)}
        self._unknown(entry, _PARAMETER_FIELDS, spot)
        self._required(entry, _REQUIRED_PARAMETER, spot)
        for one in ("key", "title", "title_en", "unit", "source"):
            self._text(entry, one, spot)
        if not _PARAMETER_KEY.match(entry["key"]):
            raise self.fault(_("参数代码只能用小写字母、数字和下划线。"), spot, "key")
        at = entry.get("at", {})
        self._levels(at, spot)
        for where, value in (("value", entry["value"]), *((f"at.{key}", one) for key, one in at.items())):
            if not self._is_value(value) or (
                type(value) is not type(entry["value"])
                and not (isinstance(value, int | float) and isinstance(entry["value"], int | float))
            ):
                raise self.fault(_("参数的值要是数字、文字、是否或它们的列表，各等级同一类型。"), spot, where)
        if not isinstance(entry.get("verified", False), bool):
            raise self.fault(_("这里要填 true 或 false。"), spot, "verified")
        since, until = entry.get("from"), entry.get("until")
        for name, day in (("from", since), ("until", until)):
            if day is not None and type(day) is not date:
                raise self.fault(_("日期要写成 2022-05-11 的形式，不加引号。"), spot, name)
        if since and until and until <= since:
            raise self.fault(_("停用日期应晚于起用日期。"), spot, "until")
        kept = {key: value for key, value in entry.items() if key not in ("from", "until")}
        return ParameterSpec(**kept, valid_from=since, valid_until=until)

    @staticmethod
    def _is_value(value: Any) -> bool:
        if isinstance(value, list):
            return bool(value) and all(isinstance(one, str | int | float) for one in value)
        return isinstance(value, str | int | float | bool) and value != ""

    def _days_apart(self, parameters: tuple[ParameterSpec, ...]) -> None:
        by_key: dict[str, list[ParameterSpec]] = {}
        for one in parameters:
            by_key.setdefault(one.key, []).append(one)
        for key, rows in by_key.items():
            rows.sort(key=lambda one: one.valid_from or date.min)
            for before, after in pairwise(rows):
                if before.valid_until is None or (after.valid_from or date.min) < before.valid_until:
                    raise self.fault(_("同一参数的日期重叠。"), _("参数 %(key)s") % {"key": key}, "from")

    def _levels(self, at: Any, *place: str) -> None:
        if not isinstance(at, Mapping):
            raise self.fault(_("各等级的值要写成表，例如 at.II = …。"), *place, "at")
        for level in at:
            if level not in _LEVELS:
                raise self.fault(_("等级只能是 IV、III、II、I。"), *place, f"at.{level}")

    def _measure(self, entry: Any, n: int, parameters: tuple[ParameterSpec, ...]) -> MeasureSpec:
        spot = _("措施 %(n)d") % {"n": n}
        if not isinstance(entry, Mapping):
            raise self.fault(_("措施要写成 [[measure]] 表。"), spot)
        spot = _("措施 %(key)s") % {"key": entry.get("key", n)}
        self._unknown(entry, _FIELDS, spot)
        self._required(entry, _REQUIRED, spot)
        for one in ("key", *_TEXT_MEASURE):
            self._text(entry, one, spot)
        if not _KEY.match(entry["key"]):
            raise self.fault(_("只能用小写字母、数字、点和短横。"), spot, "key")
        if (
            not isinstance(entry["item"], int)
            or isinstance(entry["item"], bool)
            or entry["item"] not in ITEMS
        ):
            raise self.fault(_("条目是 0 到 10 的整数。"), spot, "item")
        for name, known in _CHOICES.items():
            if name in entry and entry[name] not in known:
                raise self.fault(
                    _("“%(value)s”不在可选范围内。") % {"value": entry[name]},
                    spot,
                    name,
                    hint=_("可填：%(values)s。") % {"values": "、".join(known)},
                )
        phases = entry.get("phases", list(PHASES))
        if not isinstance(phases, list) or not phases or any(one not in PHASES for one in phases):
            raise self.fault(_("阶段只能是 routine、IV、III、II、I，至少一个。"), spot, "phases")
        known_keys = {one.key for one in parameters}
        used = entry.get("parameters", [])
        if not isinstance(used, list):
            raise self.fault(_("参数要写成代码的列表。"), spot, "parameters")
        for one in used:
            if not isinstance(one, str) or one not in known_keys:
                raise self.fault(_("参数“%(key)s”不在本集中。") % {"key": one}, spot, "parameters")
        self._marks(entry, spot)
        self._cadences(entry, phases, parameters, spot)
        self._law(entry, spot)
        ordered = tuple(one for one in PHASES if one in phases)
        kept = {
            key: value
            for key, value in entry.items()
            if key not in ("phases", "parameters", "needs", "decider")
        }
        power = powers().get(entry.get("power", ""))
        decider = entry.get("decider") or (power.decider if power else Decider.EMPLOYER.value)
        return MeasureSpec(
            **kept,
            phases=ordered,
            parameters=tuple(used),
            needs=tuple(entry.get("needs", ())),
            decider=decider,
        )

    def _marks(self, entry: Mapping[str, Any], spot: str) -> None:
        needs = entry.get("needs", [])
        if not isinstance(needs, list) or any(one not in Mark.values for one in needs):
            raise self.fault(
                _("适用企业只能填列出的标志。"),
                spot,
                "needs",
                hint=_("可填：%(values)s。") % {"values": "、".join(Mark.values)},
            )
        if not isinstance(entry.get("workdays", False), bool):
            raise self.fault(_("这里要填 true 或 false。"), spot, "workdays")

    def _cadences(
        self, entry: Mapping[str, Any], phases: list[str], parameters: tuple[ParameterSpec, ...], spot: str
    ) -> None:
        at = entry.get("at", {})
        self._levels(at, spot)
        for phase in phases:
            data = at_phase(entry["cadence"], at, phase)
            where = next((f"at.{one}" for one in _LEVELS if at.get(one) is data), "cadence")
            key = parameter_of(data)
            used = [one for one in parameters if one.key == key]
            if used and not self._always(used):
                raise self.fault(
                    _("频次引用的参数“%(key)s”不是每天都有值。") % {"key": key},
                    spot,
                    where,
                    hint=_("请补上缺少的日期，最早的不填起用日期，最后的不填停用日期。"),
                )
            # Each value of the parameter counts on its days, so each has to make a cadence.
            for values in [{one.key: at_phase(one.value, one.at, phase)} for one in used] or [{}]:
                try:
                    parse_cadence(data, values)
                except CadenceError as error:
                    raise self.fault(str(error), spot, where) from None

    @staticmethod
    def _always(rows: Sequence[ParameterSpec]) -> bool:
        """Return whether a parameter has a value on every day; its rows do not overlap."""
        ordered = sorted(rows, key=lambda one: one.valid_from or date.min)
        return (
            ordered[0].valid_from is None
            and ordered[-1].valid_until is None
            and all(before.valid_until == after.valid_from for before, after in pairwise(ordered))
        )

    def _law(self, entry: Mapping[str, Any], spot: str) -> None:
        """A measure that restricts people names law, scope, term and reason; its power says who decides."""
        for one in ("restricts",):
            if not isinstance(entry.get(one, False), bool):
                raise self.fault(_("这里要填 true 或 false。"), spot, one)
        term = entry.get("term_days")
        if term is not None and (not isinstance(term, int) or isinstance(term, bool) or not 1 <= term <= 366):
            raise self.fault(_("期限是 1 到 366 天的整数。"), spot, "term_days")
        power = entry.get("power", "")
        if power and power not in powers():
            raise self.fault(
                _("不认识的权限种类“%(key)s”。") % {"key": power},
                spot,
                "power",
                hint=_("可填：%(values)s。") % {"values": "、".join(powers())},
            )
        if power and powers()[power].reserved and not entry.get("restricts", False):
            raise self.fault(_("须由上级决定的措施要标明限制人员（restricts = true）。"), spot, "restricts")
        if entry.get("restricts", False):
            for one in ("power", "law", "scope", "term_days", "reason"):
                if not entry.get(one):
                    raise self.fault(_("限制人员的措施要填法律依据、权限、范围、期限和理由。"), spot, one)


def read_sheet(text: str, name: str = "") -> SetContent:
    """Return the content of a set file. Raises SheetFault that names file, measure or parameter, and field."""
    return _Reader(name or _("文件")).read(text)


def check_content(content: SetContent, name: str = "") -> None:
    """Raise SheetFault when the content, as edited, is not a complete set."""
    _Reader(name or content.key).read(write_sheet(content))


def cadence_keys(measure: MeasureSpec) -> set[str]:
    """Return the parameters that a measure's cadences refer to."""
    found = {parameter_of(measure.cadence), *(parameter_of(one) for one in measure.at.values())}
    return {one for one in found if one}


def write_sheet(content: SetContent) -> str:
    """Return the file of a set; reading it gives equal content."""
    lines = [
        f"{name} = {_toml(getattr(content, name))}"
        for name in ("key", "hazard", "title", "title_en", "source")
    ]
    for parameter in content.parameters:
        lines += ["", "[[parameter]]"]
        lines += _entry(parameter, {"valid_from": "from", "valid_until": "until"})
    for measure in content.measures:
        lines += ["", "[[measure]]"]
        lines += _entry(measure, {})
    return "\n".join(lines) + "\n"


def _entry(spec: ParameterSpec | MeasureSpec, names: Mapping[str, str]) -> list[str]:
    lines = []
    for name, made in spec.__dataclass_fields__.items():
        value = getattr(spec, name)
        empty = value in (None, "", (), {}) or (name == "phases" and value == PHASES)
        if (empty and name != "value") or (value is False and name != "value"):
            continue
        del made
        lines.append(f"{names.get(name, name)} = {_toml(value)}")
    return lines


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(_toml(one) for one in value) + "]"
