"""What the verbs and bodies of the trail are called on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

VERBS: dict[str, Promise] = {}
"""Chinese names of the verbs, in the order of the filter; tests/pages/console/audit proves none is missing."""

FIELDS: dict[str, Promise] = {}
"""Chinese names of the keys that bodies hold."""

SUBJECTS: dict[str, Promise] = {}
"""Chinese names of the kinds of subjects."""

MAX_DETAIL = 8
"""Fields of one body that the table shows; the rest are counted."""


def verb_label(verb: str) -> str:
    """Return the name of a verb, the verb itself when it has none (a record of another version)."""
    return str(VERBS.get(verb, verb))


def detail_of(subject_kind: str, subject_id: str, body: Mapping[str, Any]) -> str:
    """Return subject and body of a record in one line: known keys in words, nested values counted."""
    parts = []
    if subject_kind:
        parts.append(f"{SUBJECTS.get(subject_kind, subject_kind)} {subject_id}".strip())
    shown = [(key, value) for key, value in body.items() if value not in (None, "", [], {})]
    parts += [f"{FIELDS.get(key, key)} {_value(value)}" for key, value in shown[:MAX_DETAIL]]
    if len(shown) > MAX_DETAIL:
        parts.append(_("另有 %(n)d 项") % {"n": len(shown) - MAX_DETAIL})
    return _("，").join(parts)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (list, tuple)):
        if len(value) <= 3 and all(isinstance(one, (str, int)) for one in value):
            return "、".join(str(one) for one in value)
        return _("%(n)d 个") % {"n": len(value)}
    if isinstance(value, dict):
        return _("%(n)d 项") % {"n": len(value)}
    text = str(value)
    return text if len(text) <= 40 else text[:12] + "…"
