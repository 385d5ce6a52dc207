"""Obligations and waivers as files, as their pages show them; the file holds those that no page leads to as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pingzhan.domain.measures.enums import Party
from pingzhan.domain.obligations import api as obligations
from pingzhan.domain.obligations.enums import State
from pingzhan.domain.obligations.models import Obligation, Waiver
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.foundation.exports.listing import Listing, OutColumn, Params, register_listing
from pingzhan.pages.console.compliance.shared import Days, days_of, scope_of, scopes_for


def state_asked(params: Mapping[str, str]) -> str:
    """Return the state that a list is limited to; '' for any, what is left to do unless one is asked for."""
    state = params.get("state", obligations.UNSETTLED)
    return state if state == obligations.UNSETTLED or state in State.values else ""


def wanted_of(params: Mapping[str, str], days: Days) -> obligations.Wanted:
    """Return what the query form of the list asks for on these days."""
    return obligations.Wanted(
        state=state_asked(params),
        party=params.get("party", ""),
        item=_number(params.get("item", "")),
        duty=_number(params.get("duty", "")),
        group=params.get("group", ""),
        t0=days.t0,
        t1=days.t1,
    )


def rows_of(actor: Actor, params: Mapping[str, str], scope: Unit, days: Days) -> QuerySet[Obligation]:
    """Return the obligations of a scope that are asked for, the longest overdue first."""
    return obligations.narrow(obligations.visible_to(actor), wanted_of(params, days), scope)


def state_of(row: Obligation) -> State:
    """Return the state as it is now: one past its time is late, whether or not the sweep has come by."""
    if row.state == State.OPEN and row.due_at <= now():
        return State.LATE
    return State(row.state)


def party_name(party: str) -> str:
    """Return what a party is called; one that this version does not know by its key."""
    return str(Party(party).label) if party in Party.values else party


def note_of(row: Obligation) -> str:
    """Return what there is to say of an obligation besides its state."""
    if row.state == State.WAIVED and row.waiver is not None:
        return row.waiver.reason
    if row.state == State.WITHDRAWN:
        return obligations.reason_words(row.reason)
    if row.state == State.DONE and row.closed_at is not None and row.closed_at > row.due_at:
        return _("逾期完成")
    return f"{row.got}/{row.need}" if row.need > 1 else ""


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _obligations(actor: Actor, params: Params) -> QuerySet[Obligation]:
    return rows_of(actor, params, scope_of(params, scopes_for(actor)), days_of(params))


def _words(actor: Actor, params: Params) -> str:
    state = state_asked(params)
    words = str(State(state).label) if state in State.values else _("未办结") if state else ""
    scope = scope_of(params, scopes_for(actor)).name
    return "\uff0c".join(filter(None, [scope, words, party_name(params.get("party", ""))]))


@dataclass(frozen=True)
class WaiverLine:
    """A waiver and the words of its measure."""

    row: Waiver
    title: str


def _waivers(actor: Actor, params: Params) -> QuerySet[Waiver]:
    return obligations.waivers_of(obligations.waivers_visible_to(actor))


def waiver_lines(rows: Sequence[Waiver]) -> list[WaiverLine]:
    """Return waivers with the newest words of their measures. One query."""
    titles = obligations.titles_of({row.duty_id for row in rows})
    return [WaiverLine(row, titles.get(row.duty_id, row.duty.key)) for row in rows]


def _may(actor: Actor) -> bool:
    return actor.has(Permission.VIEW_LEDGERS)


OBLIGATIONS = Listing(
    key="compliance.obligations",
    title=gettext_lazy("应办事项"),
    columns=(
        OutColumn("title", gettext_lazy("事项"), lambda row: obligations.title_of(row.demand), width=40),
        OutColumn("code", gettext_lazy("代码"), lambda row: row.unit.code),
        OutColumn("unit", gettext_lazy("单位"), lambda row: row.unit.name, width=28),
        OutColumn("party", gettext_lazy("责任方"), lambda row: party_name(row.demand.party)),
        OutColumn("due", gettext_lazy("限期"), lambda row: row.due_at, width=20),
        OutColumn("state", gettext_lazy("状态"), lambda row: str(state_of(row).label)),
        OutColumn("closed", gettext_lazy("完成时间"), lambda row: row.closed_at, width=20),
        OutColumn("note", gettext_lazy("说明"), lambda row: note_of(row) or None, width=40),
    ),
    queryset=_obligations,
    may=_may,
    filter_words=_words,
)
WAIVERS = Listing(
    key="compliance.waivers",
    title=gettext_lazy("免除记录"),
    columns=(
        OutColumn("title", gettext_lazy("措施"), lambda line: line.title, width=40),
        OutColumn("unit", gettext_lazy("单位"), lambda line: line.row.unit.name, width=28),
        OutColumn("first", gettext_lazy("起"), lambda line: line.row.first),
        OutColumn("last", gettext_lazy("止"), lambda line: line.row.last),
        OutColumn("reason", gettext_lazy("理由"), lambda line: line.row.reason, width=40),
        OutColumn("by", gettext_lazy("批准人"), lambda line: line.row.by_name),
        OutColumn("revoked", gettext_lazy("撤回时间"), lambda line: line.row.revoked_at, width=20),
        OutColumn("why", gettext_lazy("撤回理由"), lambda line: line.row.revoke_reason or None, width=40),
    ),
    queryset=_waivers,
    may=_may,
    load=waiver_lines,
)


def register() -> None:
    """Make the lists exportable; called once when the application is ready."""
    register_listing(OBLIGATIONS)
    register_listing(WAIVERS)
