"""What an emergency can be about: plain keys; the measures module gives them their names.

Hazards are data (design section 1): the command module only carries the key of an order, so that whoever holds
measures finds those for it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from pingzhan.foundation.options.registry import value
from pingzhan.kernel.errors import Invalid

DEFAULT_HAZARD = "command.default_hazard"
"""Key of the setting: what an order is about that names no hazard."""
FIRST_HAZARD = "covid19"

_source: list[Callable[[], list[tuple[str, str]]]] = []


def register_hazards(source: Callable[[], list[tuple[str, str]]]) -> None:
    """Tell the command module which hazards there are, as keys and names; called once, by measures."""
    _source[:] = [source]


def hazard_choices() -> list[tuple[str, str]]:
    """Return keys and names of the hazards an order may be about, the default first."""
    known = _source[0]() if _source else []
    return sorted(known, key=lambda one: one[0] != default_hazard())


def default_hazard() -> str:
    """Return what an order is about that names no hazard. No query within 5 s of the last."""
    return str(value(DEFAULT_HAZARD)).strip() or FIRST_HAZARD


def hazard_name(key: str) -> str:
    """Return the name of a hazard in the reader's language, its key when nobody knows it."""
    return dict(hazard_choices()).get(key, key)


def require_hazard(key: str) -> None:
    """Raise Invalid, naming the known ones, for a hazard that is not known; empty is the default."""
    known = hazard_choices()
    if not key or not known or key in dict(known):
        return
    raise Invalid(
        _("没有“%(key)s”这个风险种类。") % {"key": key},
        hint=_("可用：%(keys)s。") % {"keys": "、".join(f"{one}（{name}）" for one, name in known)},
        place="hazard",
        code="unknown_hazard",
    )
