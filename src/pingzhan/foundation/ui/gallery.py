"""Invented data of the component gallery."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone

from pingzhan.foundation.ui.context import Band, NavItem, ScopeState

CONFIRMED: list[list[str | int]] = [
    ["综合协调组", 8, 0, 0],
    ["监督核查组", 5, 1, 0],
    ["核酸检测组", 6, 2, 1],
    ["督导检查组", 5, 0, 0],
    ["医疗保障组", 4, 1, 0],
    ["应急处置组", 3, 2, 1],
]


def _plot(name: str, x: int, y: int) -> dict[str, Any]:
    """Return a rectangular plot of 180 x 120 m at a corner given in metres."""
    ring = [[x, y], [x + 180, y], [x + 180, y + 120], [x, y + 120], [x, y]]
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


PLOTS: list[tuple[str, str, str]] = [
    ("松风电子", "bad", "战时"),
    ("云溪食品", "ok", "平时"),
    ("岭上机械", "ok", "平时"),
    ("青禾纺织", "warn", "战时 有空缺"),
    ("远山物流", "idle", "停产"),
    ("竹里新材", "ok", "平时"),
]


class SampleForm(forms.Form):
    """One field of each kind; bound to wrong input it shows the errors."""

    reason = forms.CharField(label="事由", help_text="写明依据和文号")
    level = forms.ChoiceField(label="响应等级", choices=[("", "请选择"), ("1", "Ⅰ级"), ("2", "Ⅱ级")])
    scope = forms.ChoiceField(
        label="范围", choices=[("zone", "全区"), ("one", "单个企业")], widget=forms.RadioSelect
    )
    notify = forms.BooleanField(label="同时通知企业联系人", required=False)


def gallery_context(request: HttpRequest) -> dict[str, Any]:
    """Return the invented data the gallery shows."""
    now = timezone.now()
    emergency = request.GET.get("posture") == "emergency"
    band: Band = {
        "posture": "emergency" if emergency else "routine",
        "level": 2 if emergency else None,
        "since": now - timedelta(hours=2, minutes=14) if emergency else None,
        "unit_name": "云岭经济开发区",
        "differing": [
            ScopeState(
                name="松风电子有限公司",
                posture="emergency",
                level=1 if emergency else 3,
                since=now - timedelta(minutes=48),
            )
        ],
        "world": int(request.GET.get("world", "0") == "1"),
        "basis": "云开管发〔2026〕12号" if emergency else None,
    }
    keys = ["duty", "switch", "tasks", "structure", "readiness", "audit"]
    labels = ["值班台", "平战转换", "我的任务", "组织架构", "就绪检查", "留痕"]
    nav = [NavItem(label, f"/{key}/", key) for label, key in zip(labels, keys, strict=True)]
    return {
        "band": band,
        "nav": nav,
        "nav_at": (nav[0], "duty"),
        "now": now,
        "steps": ["选择", "预演", "下令"],
        "form": SampleForm({"reason": "", "level": "2", "scope": "zone"}),
        "page": Paginator(range(95), 20).page(2),
        "soon": now + timedelta(minutes=42),
        "late": now - timedelta(minutes=7),
        "states": ["ok", "warn", "bad", "info", "idle", "routine", "emergency", "drill"],
        "posts": [
            {
                "group": "综合协调组",
                "post": "组长",
                "holder": "林知远",
                "state": "ok",
                "word": "已确认",
                "at": now - timedelta(minutes=12),
            },
            {
                "group": "核酸检测组",
                "post": "组长",
                "holder": "顾清和",
                "state": "warn",
                "word": "未确认",
                "at": now - timedelta(minutes=4),
            },
            {
                "group": "应急处置组",
                "post": "联络员",
                "holder": "",
                "state": "bad",
                "word": "空缺",
                "at": now - timedelta(minutes=14),
            },
            {
                "group": "物资保障组",
                "post": "成员",
                "holder": "沈亦舟",
                "state": "idle",
                "word": "请假",
                "at": now - timedelta(days=1, hours=3),
            },
        ],
        "bars": {
            "categories": [
                "综合协调组",
                "监督核查组",
                "核酸检测组",
                "督导检查组",
                "医疗保障组",
                "应急处置组",
            ],
            "series": [
                {"name": "已确认", "data": [row[1] for row in CONFIRMED], "tone": "ok"},
                {"name": "未确认", "data": [row[2] for row in CONFIRMED], "tone": "warn"},
                {"name": "空缺", "data": [row[3] for row in CONFIRMED], "tone": "bad"},
            ],
            "stacked": True,
        },
        "bars_rows": CONFIRMED,
        "bars_columns": ["工作组", "已确认", "未确认", "空缺"],
        "plan": {
            "name": "gallery",
            "geo": {
                "type": "FeatureCollection",
                "features": [
                    _plot(name, 220 * (n % 3), 160 * (n // 3)) for n, (name, _tone, _word) in enumerate(PLOTS)
                ],
            },
            "regions": [{"name": name, "tone": tone, "word": word} for name, tone, word in PLOTS],
        },
        "plan_columns": ["地块", "状态"],
        "plan_rows": [[name, word] for name, _tone, word in PLOTS],
        "tree": {
            "name": "领导小组",
            "children": [
                {
                    "name": "综合协调组",
                    "children": [
                        {"name": "组长", "note": "林知远", "tone": "ok"},
                        {"name": "联络员", "note": "空缺", "tone": "bad"},
                    ],
                },
                {"name": "核酸检测组", "children": [{"name": "组长", "note": "顾清和", "tone": "warn"}]},
            ],
        },
    }
