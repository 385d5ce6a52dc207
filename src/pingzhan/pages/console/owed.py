"""How an enterprise stands with what is due today, in tone and word: for the park plan and the wall."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pingzhan.domain.obligations.api import UnitState


def owed_look(state: UnitState | None) -> tuple[str, str]:
    """Return the tone of the park plan and the word on the plot; idle where nothing is demanded or may be seen."""
    if state is None or state.colour == "grey":
        return "idle", ""
    if state.late:
        return "bad", _("逾期 %(n)d 项") % {"n": state.late}
    if state.soon:
        return "warn", _("快到期 %(n)d 项") % {"n": state.soon}
    return "ok", _("待办 %(n)d 项") % {"n": state.open} if state.open else _("已办完")
