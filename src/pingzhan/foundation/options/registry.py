"""The register of settings, and what each is at present."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid, NotFound

Kind = Literal["int", "bool", "text", "choice", "time"]
Value = int | bool | str

CACHE_SECONDS = 5.0
"""How long a process may go on with a value that another one has changed."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
_TRUE, _FALSE = "1", "0"


@dataclass(frozen=True)
class Option:
    """A setting: its key, its words, and which values it takes.

    ``group`` is the heading it stands under; ``unit`` is written behind the field. ``minimum`` and ``maximum``
    bound an ``int``, both inclusive; ``choices`` are the keys and labels of a ``choice``.
    """

    key: str
    label: str | Promise
    group: str | Promise
    kind: Kind
    default: Value
    help: str | Promise = ""
    unit: str | Promise = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str | Promise], ...] = ()

    def parse(self, text: str) -> Value:
        """Return the value that a text stands for. Raises Invalid naming the setting and what it takes."""
        text = text.strip()
        place = str(self.label)
        if self.kind == "bool":
            if text not in (_TRUE, _FALSE):
                raise Invalid(_("请选择“是”或“否”。"), place=place)
            return text == _TRUE
        if self.kind == "int":
            return self._number(text, place)
        if self.kind == "choice" and text not in {key for key, _label in self.choices}:
            raise Invalid(_("请从列出的选项中选择。"), place=place)
        if self.kind == "time" and not _TIME.match(text):
            raise Invalid(_("请按 24 小时制填写时间，例如 03:10。"), place=place)
        return text

    def _number(self, text: str, place: str) -> int:
        try:
            number = int(text)
        except ValueError as error:
            raise Invalid(_("请填写整数。"), place=place) from error
        low, high = self.minimum, self.maximum
        if (low is not None and number < low) or (high is not None and number > high):
            raise Invalid(
                _("请填写 %(low)s 到 %(high)s 之间的整数。")
                % {"low": "—" if low is None else low, "high": "—" if high is None else high},
                place=place,
            )
        return number

    def text_of(self, value: Value) -> str:
        """Return how a value is stored."""
        if self.kind == "bool":
            return _TRUE if value else _FALSE
        return str(value)


_options: dict[str, Option] = {}
_cache: dict[str, str] = {}
_cached_at = [float("-inf")]


def register_option(option: Option) -> None:
    """Make a setting known; called from an application's ready(). The default must be a value it takes.

    Raises ValueError for a key registered with another meaning or a default that is out of bounds.
    """
    known = _options.get(option.key)
    if known is not None and (known.kind, known.default) != (option.kind, option.default):
        raise ValueError(f"option {option.key!r} is registered twice")
    try:
        option.parse(option.text_of(option.default))
    except Invalid as error:
        raise ValueError(f"option {option.key!r}: {error}") from error
    _options[option.key] = option


def options() -> tuple[Option, ...]:
    """Return the registered settings in the order of their registration."""
    return tuple(_options.values())


def option(key: str) -> Option:
    """Return a registered setting. Raises NotFound for an unknown key."""
    try:
        return _options[key]
    except KeyError:
        raise NotFound(_("没有这个设置项。"), place=key) from None


def value(key: str) -> Value:
    """Return the present value of a setting, at most 5 s old; its default when nobody changed it.

    A stored value that this version no longer takes counts as unset. Raises NotFound for an unknown key.
    """
    known = option(key)
    text = _stored().get(key)
    if text is None:
        return known.default
    try:
        return known.parse(text)
    except Invalid:
        return known.default


def number(key: str) -> int:
    """Return the present value of an ``int`` setting."""
    return int(value(key))


def changed() -> Mapping[str, str]:
    """Return the stored texts of the settings that were changed, read now."""
    forget()
    return dict(_stored())


def forget() -> None:
    """Have the next question read the database; called after a change and between tests."""
    _cached_at[0] = float("-inf")


def _stored() -> dict[str, str]:
    from pingzhan.foundation.options.models import OptionValue

    if time.monotonic() - _cached_at[0] > CACHE_SECONDS:
        _cache.clear()
        _cache.update(OptionValue.objects.values_list("key", "text"))
        _cached_at[0] = time.monotonic()
    return _cache


def store(key: str, new: Value, *, by_name: str) -> bool:
    """Store a value and return whether it differs from the one before.

    For access.options.change_option only, which checks who may and records it.
    """
    from pingzhan.foundation.options.models import OptionValue

    known = option(key)
    before = value(key)
    if new == before:
        return False
    if new == known.default:
        OptionValue.objects.filter(key=key).delete()
    else:
        OptionValue.objects.update_or_create(
            key=key, defaults={"text": known.text_of(new), "changed_by": by_name}
        )
    transaction.on_commit(forget)
    forget()
    return True
