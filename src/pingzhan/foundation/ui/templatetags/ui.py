"""Tags and filters every template has without loading them: assets, icons, levels, elapsed time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pingzhan.foundation.ui.assets import entry
from pingzhan.foundation.ui.icons import ICONS, SHAPES
from pingzhan.foundation.ui.rows import figures
from pingzhan.kernel.levels import Level

register = template.Library()


@register.simple_tag
def vite(name: str) -> SafeString:
    """Return the link and script elements of an entry of the built front end, e.g. ``src/desk.ts``.

    Raises AssetsNotBuilt with what to run when the front end has not been built.
    """
    files = entry(name)
    base = settings.STATIC_URL
    return mark_safe(  # noqa: S308 - joined from escaped parts
        format_html_join("", '<link rel="stylesheet" href="{}{}">', ((base, f) for f in files.styles))
        + format_html_join("", '<link rel="modulepreload" href="{}{}">', ((base, f) for f in files.preloads))
        + format_html('<script type="module" src="{}{}"></script>', base, files.module)
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an own icon as inline SVG, hidden from screen readers. Raises KeyError for an unknown name."""
    return mark_safe(  # noqa: S308 - constant text
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{ICONS[name]}</svg>'
    )


@register.simple_tag
def nav_icon(key: str) -> SafeString:
    """Return the icon of a navigation entry, or the flag when the key has no icon of its own."""
    return icon(key if key in ICONS else "flag")


@register.simple_tag
def shape(state: str) -> SafeString:
    """Return the small shape that stands for a state beside its word."""
    return mark_safe(  # noqa: S308 - constant text
        '<svg class="status-shape" viewBox="0 0 12 12" aria-hidden="true" focusable="false">'
        f"{SHAPES.get(state, SHAPES['idle'])}</svg>"
    )


@register.filter
def level(value: int | None) -> str:
    """Return a response level in words (Ⅱ级, Level II); an empty text for routine (None)."""
    if not value:
        return ""
    grade = Level(int(value))
    chinese = (get_language() or "").startswith("zh")
    return _("%(level)s级") % {"level": grade.sign if chinese else grade.roman}


@register.filter
def posture(value: str) -> str:
    """Return the posture in words."""
    return _("战时") if value == "emergency" else _("平时")


@register.filter
def elapsed(since: datetime | None) -> str:
    """Return the time since a moment as hh:mm; hours run on past 24."""
    if since is None:
        return ""
    minutes = max(0, int((timezone.now() - since).total_seconds()) // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@register.filter
def clock(value: datetime | None) -> str:
    """Return a moment as local hh:mm when it is today, with month and day otherwise, with year if another."""
    if value is None:
        return ""
    local, today = timezone.localtime(value), timezone.localtime()
    if local.date() == today.date():
        return date_format(local, "H:i")
    return date_format(local, "m-d H:i" if local.year == today.year else "Y-m-d H:i")


@register.filter
def ago(value: datetime | None) -> str:
    """Return how long ago a moment was, in its largest unit."""
    if value is None:
        return ""
    now = timezone.now()
    if value > now:
        return _("%(span)s后") % {"span": timesince(now, value, depth=1)}
    if (now - value).total_seconds() < 60:
        return _("刚刚")
    return _("%(span)s前") % {"span": timesince(value, now, depth=1)}


@register.filter
def iso(value: datetime | None) -> str:
    """Return a moment as ISO 8601 for the machine-readable attributes."""
    return value.isoformat() if value else ""


@register.filter
def cells(row: Any) -> Iterable[Any]:
    """Return the values of a table row given as a mapping or a sequence."""
    return row.values() if isinstance(row, dict) else row


@register.simple_tag
def chart_table(columns: Sequence[Any], rows: Iterable[Sequence[Any]]) -> SafeString:
    """Return head and body of the table beneath a chart. Nothing given is an empty table."""
    return figures(columns or (), rows or ())


@register.simple_tag
def html_lang() -> str:
    """Return the value of the lang attribute for the active language."""
    return "en" if (get_language() or "").startswith("en") else "zh-CN"


@register.filter
def unlocalized(value: Any) -> str:
    """Return a number as HTML attributes want it: no thousands marks."""
    return str(value)


@register.filter
def json_data(value: Any, element_id: str) -> SafeString:
    """Return the data of the chart ``element_id`` as JSON text in a hidden element.

    Not a script element: htmx takes those out of every fragment (allowScriptTags is off).
    """
    text = json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
    return format_html('<pre id="{}-data" hidden>{}</pre>', element_id, text)


@register.filter
def is_choice_group(field: Any) -> bool:
    """Return whether a form field is a set of radio buttons or check boxes."""
    return isinstance(field, BoundField) and isinstance(
        field.field.widget, (RadioSelect, CheckboxSelectMultiple)
    )


@register.filter
def is_checkbox(field: Any) -> bool:
    """Return whether a form field is a single check box."""
    return isinstance(field, BoundField) and isinstance(field.field.widget, CheckboxInput)


@register.simple_tag
def control(field: BoundField, hint: str = "") -> SafeString:
    """Return the control of a form field with our classes, and tied to its hint and error texts."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        classes = ["form-check-input"]
    else:
        classes = ["form-select" if isinstance(widget, Select) else "form-control"]
    classes.append(str(widget.attrs.get("class", "")))
    described = [f"{field.auto_id}_hint"] if hint or field.help_text else []
    if field.errors:
        classes.append("is-invalid")
        described.append(f"{field.auto_id}_error")
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)
