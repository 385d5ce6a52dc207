"""The sentence that tells of each kind of record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Choices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from pingzhan.foundation.audit.models import AuditRecord

Words = Callable[[Any], str]

ROWS = "row."
"""Beginning under which the fields of tables get names and words: "row.command.seat"; no verb begins so."""

_templates: dict[str, str | Promise] = {}
_titles: dict[str, str | Promise] = {}
_words: dict[tuple[str, str], Words] = {}
_names: dict[tuple[str, str], str | Promise] = {}
_reads: set[str] = set()


class _Parts(dict[str, str]):
    """The parts of a sentence; those of the body are put into words only when the sentence asks for them."""

    def __init__(self, verb: str, body: Mapping[str, Any]) -> None:
        super().__init__()
        self._verb = verb
        self._body = body

    def __missing__(self, key: str) -> str:
        return said(self._verb, key, self._body.get(key))


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


def register_words(key: str, words: Words, *, under: str = "") -> None:
    """Have ``words(value)`` say the body value ``key`` wherever it is shown (a role key as its label).

    ``under`` limits it to the verbs that begin so: one key means different things in different modules, and the
    longest beginning that fits decides.
    """
    _words[under, key] = words


def register_names(names: Mapping[str, str | Promise], *, under: str = "") -> None:
    """Give keys of bodies the names under which a record's page lists them; ``under`` as in register_words()."""
    _names.update({(under, key): name for key, name in names.items()})


def choice_words(*kinds: type[Choices]) -> Words:
    """Return words for register_words() that say a value by its label; what is none of them stays as it is."""
    labels: dict[Any, Any] = {value: label for kind in kinds for value, label in kind.choices}

    def words(value: Any) -> str:
        return str(labels.get(value, value))

    return words


def name_of(verb: str, key: str) -> str:
    """Return what a body's value is called for a reader, the key itself where nobody gave it a name."""
    return str(_nearest(_names, verb, key) or key)


def said(verb: str, key: str, value: Any) -> str:
    """Return a body's value for a reader: registered words, yes and no, times of the zone, the parts of a list."""
    if value is None or value == "":
        return "—"
    if isinstance(value, dict):
        inner = [f"{name_of(verb, str(one))} {said(verb, str(one), of)}" for one, of in sorted(value.items())]
        return "、".join(inner) or "—"
    if isinstance(value, list):
        return "、".join(said(verb, key, one) for one in value) or "—"
    words = _nearest(_words, verb, key)
    if words is not None:
        return _or_itself(words, value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return _moment(value) if isinstance(value, str) else str(value)


def _or_itself(words: Words, value: Any) -> str:
    """Return a value in words; one that the words no longer know stays as it is, for a record outlives them."""
    try:
        return words(value) or "—"
    except (KeyError, TypeError, ValueError):
        return str(value)


def _moment(text: str) -> str:
    """Return a moment with its time zone as the zone's clock shows it, any other text as it is."""
    if len(text) < len("2026-01-01T00:00Z") or text[10] != "T":
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S") if moment.tzinfo is not None else text


def said_of_row(label: str, field: str, value: Any) -> str | None:
    """Return the registered words for a value of a table's field (under "row.<label>"), None without any."""
    words = _words.get((ROWS + label, field))
    return _or_itself(words, value) if words is not None else None


def _nearest(register: Mapping[tuple[str, str], Any], verb: str, key: str) -> Any:
    """Return what is registered for a key under the longest beginning of a verb; None without any.

    What counts for every verb says nothing of the fields of tables.
    """
    rows = verb.startswith(ROWS)
    found = [under for under, of in register if of == key and verb.startswith(under) and (under or not rows)]
    return register[max(found, key=len), key] if found else None


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
    parts = _Parts(record.verb, body)
    parts.update(
        actor=_actor(record),
        subject_kind=record.subject_kind or "—",
        subject_id=record.subject_id or "—",
        unit=record.unit_path,
        world=str(record.world),
    )
    return parts
