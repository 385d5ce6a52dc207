"""What other parts plug in: the words of a notice, and the ways it can be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from pingzhan.foundation.messages.models import Notice

DRILL_PREFIX = "\u3010\u6f14\u7ec3\u3011"
"""What the text of every drill notice begins with (reference/command.md section 11)."""


@dataclass(frozen=True)
class Rendered:
    """The words of a notice. ``link`` is a path on this server ('/a/...') or an address, or empty."""

    title: str
    body: str = ""
    link: str = ""


class UndeliverableError(Exception):
    """Trying again is useless: the notice goes to 'dead' at once with this message."""


Renderer = Callable[[Sequence["Notice"]], Mapping[int, Rendered]]
Sender = Callable[["Notice", Rendered], str]


@dataclass(frozen=True)
class Channel:
    """A way to send. ``lands`` says that the recipient has the notice as soon as it is sent."""

    name: str
    send: Sender
    lands: bool


_renderers: dict[str, Renderer] = {}
_channels: dict[str, Channel] = {}


def register_renderer(subject_kind: str, fn: Renderer) -> None:
    """Have ``fn(notices)`` give the words of all notices about a kind of subject, by notice id.

    It gets many at once, so that it needs a constant number of queries. A notice it leaves out counts as
    failed. Links it makes may carry secrets: they are never stored.
    """
    _renderers[subject_kind] = fn


def register_channel(name: str, fn: Sender, *, lands: bool = False) -> None:
    """Have ``fn(notice, rendered)`` send over the channel ``name``; it returns the receipt id or ''.

    It raises UndeliverableError when trying again is useless, any other exception to be tried again later.
    It may be called twice for one notice after a crash: ``notice.dedupe`` stays the same.
    """
    _channels[name] = Channel(name, fn, lands)


def channel(name: str) -> Channel:
    """Return a registered channel. Raises UndeliverableError when there is none of that name."""
    try:
        return _channels[name]
    except KeyError:
        raise UndeliverableError(_("没有名为 %(name)s 的发送渠道。") % {"name": name}) from None


def render(notices: Sequence[Notice]) -> dict[int, Rendered | Exception]:
    """Return the words of each notice, or why there are none.

    Notices of a kind without a renderer are told by their stored title. When a renderer fails for a whole
    group each notice is tried alone, so one bad subject does not silence the others.
    """
    groups: dict[str, list[Notice]] = {}
    for notice in notices:
        groups.setdefault(notice.subject_kind, []).append(notice)
    result: dict[int, Rendered | Exception] = {}
    for kind, group in groups.items():
        renderer = _renderers.get(kind)
        if renderer is None:
            result.update({notice.pk: Rendered(notice.title) for notice in group})
        else:
            result.update(_render_group(renderer, group))
    return result


def _render_group(renderer: Renderer, group: Sequence[Notice]) -> dict[int, Rendered | Exception]:
    from django.db import transaction

    try:
        with transaction.atomic():
            words = renderer(group)
    except Exception as error:
        if len(group) == 1:
            return {group[0].pk: error}
        alone: dict[int, Rendered | Exception] = {}
        for notice in group:
            alone.update(_render_group(renderer, [notice]))
        return alone
    return {
        notice.pk: words[notice.pk] if notice.pk in words else LookupError(_("通知的内容写不出来。"))
        for notice in group
    }


def is_local(name: str) -> bool:
    """Return whether the way is one that needs no setting up and no network."""
    return name in _channels
