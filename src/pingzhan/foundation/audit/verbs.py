"""The sentence that tells of each kind of record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditRecord

Words = Callable[[Any], str]

_templates: dict[str, str | Promise] = {}
_titles: dict[str, str | Promise] = {}
_words: dict[str, Words] = {}
_reads: set[str] = set()


class _Parts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


def register_verb(
    verb: str, template: str | Promise, *, title: str | Promise | None = None, reads: bool = False
) -> None:
    """Give a verb its sentence, a lazy Chinese text with {names}.

    Names: {actor}, {subject_kind}, {subject_id}, {unit}, {world} and the keys of the body; one that is
    missing reads "—". ``title`` is the short name in the filter, otherwise the sentence without its names.
    ``reads`` marks a verb by which somebody looks at personal data: the page lists these by themselves.
    """
    _templates[verb] = template
    if reads:
        _reads.add(verb)
    if title is not None:
        _titles[verb] = title


def register_words(key: str, words: Words) -> None:
    """Have ``words(value)`` say the body value ``key`` in all sentences (a role key as its label)."""
    _words[key] = words


def sentence(record: AuditRecord) -> str:
    """Return the record as a sentence in the reader's language; an unknown verb is shown as it is."""
    template = _templates.get(record.verb)
    if template is None:
        return _("%(actor)s：%(verb)s") % {"actor": _actor(record), "verb": record.verb}
    return str(template).format_map(_parts(record))


def title_of(verb: str) -> str:
    """Return the short name of a verb."""
    if verb in _titles:
        return str(_titles[verb])
    template = _templates.get(verb)
    if template is None:
        return verb
    plain = str(template).format_map(_Blank())
    plain = plain.replace("（）", "").replace("()", "")
    return " ".join(plain.strip(" ，：。,:.").split()) or verb


def read_verbs() -> list[str]:
    """Return the verbs by which somebody looks at personal data."""
    return sorted(_reads)


def verb_choices() -> list[tuple[str, str]]:
    """Return the verbs and their short names for a filter, by verb."""
    return [(verb, title_of(verb)) for verb in sorted(_templates)]


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _actor(record: AuditRecord) -> str:
    if record.actor_name:
        return record.actor_name
    return _("系统") if record.actor_kind == "system" else _("未知")


def _parts(record: AuditRecord) -> _Parts:
    body: Mapping[str, Any] = record.body if isinstance(record.body, dict) else {}
    parts = _Parts()
    for key, value in body.items():
        if key in _words and value is not None:
            parts[key] = _words[key](value)
        elif isinstance(value, list):
            parts[key] = "、".join(str(item) for item in value) or "—"
        elif value is None or value == "":
            parts[key] = "—"
        else:
            parts[key] = str(value)
    parts.update(
        actor=_actor(record),
        subject_kind=record.subject_kind or "—",
        subject_id=record.subject_id or "—",
        unit=record.unit_path,
        world=str(record.world),
    )
    return parts
