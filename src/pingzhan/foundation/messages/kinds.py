"""What a way of sending is made of: typed settings, a sender, and errors that say what to do next."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pingzhan.kernel.errors import Invalid

Words = str | Promise


@dataclass(frozen=True)
class Message:
    """One notice as a channel sends it. ``number`` is the same at each try; ``address`` lives in memory only.

    ``link`` is absolute or empty. ``address`` is empty for a message to a whole group.
    """

    number: str
    title: str
    body: str
    link: str
    address: str
    priority: int

    @property
    def text(self) -> str:
        """Return title, body, link and number as one text, for ways without a subject line."""
        parts = [self.title, *(part for part in (self.body, self.link) if part)]
        return "\n".join([*parts, _("编号 %(number)s") % {"number": self.number}])


class SendError(Exception):
    """A send that failed. ``code`` is short and stable (smtp_450, http_503, timeout); the text has no address.

    ``lasting``: trying this address again over this channel is useless. ``channel_fault``: the channel itself
    is in trouble, so it counts towards taking it out of use. ``pause``: seconds the other side asks us to wait.
    """

    def __init__(
        self,
        code: str,
        text: str = "",
        *,
        lasting: bool = False,
        channel_fault: bool = False,
        pause: float | None = None,
    ) -> None:
        super().__init__(text or code)
        self.code = code[:40]
        self.lasting = lasting
        self.channel_fault = channel_fault
        self.pause = pause


@dataclass(frozen=True)
class Taken:
    """What the other side made of one call for many: its receipt id or '', and by address whom it refused."""

    receipt: str
    refused: Mapping[str, SendError] = dataclasses.field(default_factory=dict)


class Sender(Protocol):
    """Sends for one worker thread, so it may keep a connection; never used by two threads at once."""

    def send(self, message: Message) -> str:
        """Send and return the other side's receipt id or ''. Raises SendError."""
        ...

    def abort(self) -> None:
        """Break off a send that hangs; called from another thread."""
        ...

    def close(self) -> None:
        """Give up the connection. Never raises."""
        ...


class ManySender(Sender, Protocol):
    """A sender that also takes many addresses in one call."""

    def send_many(self, message: Message, addresses: Sequence[str]) -> Taken:
        """Send the same words to all addresses in one call.

        Raises SendError when the call as a whole failed or its outcome is unknown.
        """
        ...


class ReportSender(Sender, Protocol):
    """A sender that can ask what became of messages it has sent."""

    def fetch(self, receipts: Sequence[str]) -> Any:
        """Return the other side's answer as data. Raises SendError when it gave none."""
        ...


@dataclass(frozen=True)
class Setting:
    """One setting of a kind as a form shows it; the value's type is that of the dataclass field."""

    name: str
    label: Words
    type: type
    help: Words
    required: bool
    secret: bool
    choices: tuple[tuple[str, Words], ...]
    default: Any
    lines: int
    minimum: int | None
    maximum: int | None


def setting(
    label: Words,
    *,
    default: Any = "",
    help: Words = "",
    required: bool = True,
    secret: bool = False,
    choices: Sequence[tuple[str, Words]] = (),
    lines: int = 1,
    minimum: int | None = None,
    maximum: int | None = None,
) -> Any:
    """Return a dataclass field that carries what a form needs to ask for it."""
    return dataclasses.field(
        default=default,
        metadata={
            "label": label,
            "help": help,
            "required": required,
            "secret": secret,
            "choices": tuple(choices),
            "lines": lines,
            "minimum": minimum,
            "maximum": maximum,
        },
    )


def settings_of(shape: type) -> list[Setting]:
    """Return the settings of a kind's dataclass, in order."""
    types = {"str": str, "int": int, "bool": bool}
    found = []
    for field in dataclasses.fields(shape):
        meta = field.metadata
        kind = types[field.type] if isinstance(field.type, str) else field.type
        found.append(Setting(field.name, type=kind, default=field.default, **meta))
    return found


def read_settings(shape: type, data: Mapping[str, Any]) -> Any:
    """Return the kind's dataclass filled from stored or typed values, checked.

    Raises Invalid with the setting's name as place: missing, of the wrong type, out of range, or refused by
    the dataclass's own ``check()``.
    """
    values: dict[str, Any] = {}
    for one in settings_of(shape):
        value = data.get(one.name, one.default)
        if one.type is bool:
            value = value in (True, "true", "on", "1", 1)
        elif one.type is int:
            value = _whole(one, value)
        else:
            value = str(value if value is not None else "").strip()
            if one.required and not value:
                raise Invalid(_("请填写“%(label)s”。") % {"label": one.label}, place=one.name)
            if one.choices and value not in dict(one.choices):
                raise Invalid(_("“%(label)s”的值不在可选范围内。") % {"label": one.label}, place=one.name)
        values[one.name] = value
    made = shape(**values)
    check = getattr(made, "check", None)
    if check is not None:
        check()
    return made


def _whole(one: Setting, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise Invalid(_("“%(label)s”应是整数。") % {"label": one.label}, place=one.name) from None
    if (one.minimum is not None and number < one.minimum) or (
        one.maximum is not None and number > one.maximum
    ):
        raise Invalid(_("“%(label)s”超出范围。") % {"label": one.label}, place=one.name)
    return number


@dataclass(frozen=True)
class Kind:
    """A way of sending that a site can set up as often as it likes, each with its own settings.

    ``contacts``: kinds of contact it can reach, in order of liking. ``accepts`` filters addresses (a land line
    takes no text message). ``group``: without an address it speaks to a whole group. ``open`` makes a sender
    for one thread from settings and time-out in seconds. ``rate`` is the default throttle (count, seconds).
    ``many`` gives, from the settings that may be shown, how many addresses one call takes; its senders are
    then ManySenders. A call counts once against the throttle. ``polls`` says, from the same settings, whether
    delivery reports have to be fetched: None when they do not, else for how many receipts one call asks, 0 when
    it asks for whatever is new; its senders are then ReportSenders.
    """

    key: str
    label: Words
    about: Words
    shape: type
    contacts: tuple[str, ...]
    open: Callable[[Any, float], Sender]
    accepts: Callable[[str], bool] = bool
    group: bool = False
    rate: tuple[int, int] | None = None
    many: Callable[[Mapping[str, Any]], int] | None = None
    polls: Callable[[Mapping[str, Any]], int | None] | None = None


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Offer a kind of channel; called from ready(). The same key again replaces the former."""
    _kinds[kind.key] = kind


def kinds() -> dict[str, Kind]:
    """Return the kinds by key, in the order they were registered."""
    return dict(_kinds)
