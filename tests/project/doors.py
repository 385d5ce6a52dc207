"""Who may open which address: the declared table. A NEW ADDRESS NEEDS ONE LINE HERE.

One line says the name of the address, who may use it, and, when the address names an object, how to get one:

    "workers:detail": Door(may(P.VIEW_WORKERS), lambda w: {"pk": w.worker}),
    "workers:merge": Door(may(P.EDIT_WORKERS), lambda w: {"pk": w.worker}, post=True),

``may(...)`` are the roles with any of the permissions; ``EVERYBODY`` needs no sign-in, ``SIGNED_IN`` any account.
Objects belong to the first enterprise (or to the zone): the test asks once with a role for the whole zone, which
must get in, and once with the same role for the second enterprise only, which must get 403 or 404.
``far=False`` says that the right has no place (accounts, the machine itself).

What belongs to one account has ``owner=True``: the account that owns it must get in whatever ``who`` says, a
visitor too with ``visitor=True`` (a signed link). ``wrong`` makes an address, with another object or a token
that is not ours, at which everybody must be refused. ``vague`` is the reason why no object can be made here, so
that an allowed person may get 404 (of EVERYBODY's addresses 403 too). ``token=False``: the address carries its
own authority and needs no form token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pingzhan.foundation.access.roles import Permission, Role, roles_with
from tests.project.world import World

P, R = Permission, Role
EVERYBODY = "everybody"
SIGNED_IN = "signed in"
Args = Callable[[World], dict[str, Any]]


def may(*permissions: Permission) -> frozenset[Role]:
    """Return the roles that hold any of the permissions."""
    return frozenset(role for one in permissions for role in roles_with(one))


@dataclass(frozen=True)
class Door:
    """Who may use one address; see above."""

    who: frozenset[Role] | str
    args: Args | None = None
    post: bool = False
    data: Mapping[str, str] = field(default_factory=dict)
    far: bool = True
    owner: bool = False
    visitor: bool = False
    wrong: Args | None = None
    vague: str = ""
    token: bool = True


NOBODY_ELSE: frozenset[Role] = frozenset()
"""The object belongs to one account; no role opens it to another."""
SYSTEM = frozenset({R.SYSTEM_ADMIN})
STAFF = may(P.MANAGE_ACCOUNTS, P.EDIT_STRUCTURE)
INVITES = may(P.MANAGE_ACCOUNTS, P.EDIT_STRUCTURE, P.EDIT_ENTERPRISE)
PRIVACY = may(P.MANAGE_PRIVACY, P.ORDER_ERASURE, P.VERIFY_AUDIT)
READERS = may(P.WRITE_DOCUMENTS, P.ISSUE_DOCUMENTS, P.EDIT_TEMPLATES)
IMPORTERS = (
    P.ENTER_RESULTS,
    P.KEEP_SAMPLING,
    P.PLAN_SCREENING,
    P.EDIT_WORKERS,
    P.EDIT_ENTERPRISE,
    P.EDIT_STRUCTURE,
    P.REGISTER_ABSENCE,
    P.MANAGE_SETTINGS,
    P.MANAGE_ROSTER,
    P.ASSIGN_OFFICIALS,
)
ROSTER, MAKES_ROSTER = may(P.VIEW_STRUCTURE), may(P.MANAGE_ROSTER)
ORDERS = may(P.VIEW_CONSOLE, P.CHECK_ORDERS)
MEETINGS = may(P.VIEW_CONSOLE, P.ISSUE_ORDERS, P.CHECK_ORDERS, P.WRITE_DOCUMENTS)
FRONT, ASSIGNS = may(P.ASSIGN_OFFICIALS, P.VIEW_CONSOLE), may(P.ASSIGN_OFFICIALS)
REPORTS = may(P.VIEW_CONSOLE, P.WRITE_REPORTS, P.SIGN_REPORTS)
ENTERPRISES, FILES = may(P.VIEW_ENTERPRISES), may(P.EDIT_ENTERPRISE)


def one(**names: str) -> Args:
    """Return what makes the arguments of an address: parameter=name of a field of the world."""

    def made(w: World) -> dict[str, Any]:
        return {name: getattr(w, source) for name, source in names.items()}

    return made


def fixed(args: Args, **more: Any) -> Args:
    """Return the same with further parameters that are no objects."""
    return lambda w: {**args(w), **more}


def lot(kind: str) -> Args:
    """Return the arguments of a row of one of the tables of an enterprise."""
    return fixed(one(pk="enterprise", row="site"), kind=kind)


MEASURES = may(P.MANAGE_MEASURES, P.PUBLISH_MEASURES, P.VIEW_LEDGERS)
LEDGERS, KEEPS = may(P.VIEW_LEDGERS), may(P.KEEP_LEDGERS)
RESULTS, ENTERS_RESULTS = may(P.VIEW_RESULTS, P.ENTER_RESULTS), may(P.ENTER_RESULTS)
SCREENING, SCREENS = may(P.VIEW_SCREENING, P.PLAN_SCREENING), may(P.PLAN_SCREENING)
PHONES = may(P.MANAGE_DEVICES) & SCREENING
"""Who hands out phones and sees testing."""
CUSTODY = may(P.VIEW_SCREENING, P.PLAN_SCREENING, P.KEEP_SAMPLING, P.ENTER_RESULTS)
SAMPLES = may(P.KEEP_SAMPLING)
PURSUERS = may(P.FOLLOW_POSITIVES, P.VIEW_RESULTS, P.VIEW_HEALTH, P.HANDLE_INCIDENTS)
GATE, AT_GATE = may(P.KEEP_GATE, P.VIEW_LEDGERS), may(P.KEEP_GATE)
PLANS, INCIDENTS = may(P.VIEW_LEDGERS, P.REVIEW_PLANS), may(P.VIEW_LEDGERS, P.HANDLE_INCIDENTS)
DRILLS = may(P.MANAGE_DRILLS, P.VIEW_CONSOLE)
"""Who reads drills and reviews by right; whoever has a part in one sees that one."""

_wrong_token: Args = lambda w: {"token": "wrong"}  # noqa: E731
_user, _firm, _version, _draft = one(user_id="user"), one(pk="enterprise"), one(pk="version"), one(pk="draft")
_seat, _task, _worker, _paper = one(pk="seat"), one(pk="task"), one(pk="worker"), one(pk="paper")
_import, _export, _run = one(pk="import_job"), one(pk="export_job"), one(run_id="run")
_erasure, _done, _channel = one(pk="erasure"), one(pk="destroyed"), one(channel_id="channel")
_notice = one(notice_id="notice")
_pair: Args = lambda w: dict(zip(("first", "second"), w.individuals, strict=True))  # noqa: E731
_no_table = fixed(one(record_id="record"), label="people.nothing")
_no_sheet: Args = lambda w: {"key": "no-such"}  # noqa: E731
_of_worker = fixed(_worker, kind="worker")


DOORS: dict[str, Door] = {
    # signing in, and what carries its own authority
    "account_login": Door(EVERYBODY, post=True),
    "account_logout": Door(EVERYBODY, post=True),
    "account_inactive": Door(EVERYBODY),
    "account_signup": Door(EVERYBODY),
    "mfa_authenticate": Door(EVERYBODY),  # leads back to the sign-in unless a password was just right
    "demo": Door(EVERYBODY),
    "setup": Door(EVERYBODY, one(token="setup"), wrong=_wrong_token),
    "join": Door(EVERYBODY, one(token="join"), wrong=_wrong_token),
    "field:page": Door(EVERYBODY),
    "field:worker": Door(EVERYBODY),
    "enrol_device": Door(EVERYBODY, one(token="enrol"), wrong=_wrong_token),
    "ack": Door(NOBODY_ELSE, one(token="ack"), owner=True, visitor=True, wrong=_wrong_token, token=False),
    "reading:read": Door(EVERYBODY, one(token="reading"), wrong=_wrong_token, token=False),
    "arrive": Door(EVERYBODY, one(token="arrive"), wrong=_wrong_token),
    "messages:report": Door(
        EVERYBODY, one(token="report"), post=True, data={"id": "1", "s": "0"}, wrong=_wrong_token, token=False
    ),
    "account_set_password": Door(NOBODY_ELSE),
    "health": Door(EVERYBODY),
    "result": Door(EVERYBODY),
    "result_code": Door(EVERYBODY),  # leads back to the question where nobody asked
    "result_own": Door(EVERYBODY),
    "result_mine": Door(EVERYBODY),
    "result_by_key": Door(EVERYBODY, one(token="own_key"), wrong=_wrong_token),
    "set_language": Door(EVERYBODY, post=True),
    "ui-gallery": Door(EVERYBODY, vague="exists while developing only"),
    # one's own account
    "account_change_password": Door(SIGNED_IN, post=True),
    "account_reauthenticate": Door(SIGNED_IN, post=True),
    "mfa_index": Door(EVERYBODY),  # leads to security:index
    "mfa_list_webauthn": Door(EVERYBODY),  # leads to security:index
    "mfa_reauthenticate": Door(SIGNED_IN, post=True),
    "mfa_reauthenticate_webauthn": Door(SIGNED_IN, post=True),
    "mfa_activate_totp": Door(SIGNED_IN),
    "mfa_deactivate_totp": Door(NOBODY_ELSE, owner=True),
    "mfa_view_recovery_codes": Door(NOBODY_ELSE, owner=True),
    "mfa_generate_recovery_codes": Door(SIGNED_IN, post=True),
    "mfa_add_webauthn": Door(SIGNED_IN),
    "mfa_remove_webauthn": Door(NOBODY_ELSE, one(pk="key"), owner=True),
    "mfa_edit_webauthn": Door(NOBODY_ELSE, one(pk="key"), owner=True),
    "security:index": Door(SIGNED_IN),
    "security:enrol": Door(SIGNED_IN),
    "security:keep": Door(SIGNED_IN, post=True),
    "security:end": Door(NOBODY_ELSE, one(session_id="session"), post=True, owner=True),
    "security:end_others": Door(SIGNED_IN, post=True),
    "live": Door(SIGNED_IN, data={"topics": "command"}),
    "home": Door(SIGNED_IN),
    "ui-band": Door(SIGNED_IN),
    # who may do what
    "access:index": Door(
        may(P.MANAGE_ACCOUNTS, P.VIEW_AUDIT, P.MANAGE_PRIVACY, P.EDIT_ENTERPRISE, P.EDIT_STRUCTURE)
    ),
    "access:account": Door(may(P.MANAGE_ACCOUNTS, P.VIEW_AUDIT), _user, far=False),
    "staff:index": Door(STAFF),
    "staff:detail": Door(STAFF, _user, far=False),
    "staff:open": Door(SYSTEM, post=True, data={"username": "xinren", "name": "\u65b0\u4eba"}),
    "staff:link": Door(SYSTEM, _user, post=True, far=False),
    "staff:active": Door(SYSTEM, _user, post=True, far=False),
    "staff:unlock": Door(SYSTEM, _user, post=True, far=False),
    "staff:reset_factors": Door(SYSTEM, _user, post=True, far=False),
    "staff:grant": Door(
        frozenset({R.SECURITY_ADMIN, R.SYSTEM_ADMIN}), _user, post=True, data={"unit_path": "/"}, far=False
    ),
    "staff:revoke": Door(
        frozenset({R.SECURITY_ADMIN}), lambda w: {"grant_id": w.grant}, post=True, far=False
    ),
    "staff:tie": Door(may(P.EDIT_STRUCTURE), _user, post=True, far=False),
    "staff:invitations": Door(INVITES),
    "staff:invite": Door(INVITES, post=True),
    "staff:approve": Door(may(P.MANAGE_ACCOUNTS), post=True),
    "staff:issue": Door(SYSTEM, post=True),
    "staff:withdraw": Door(may(P.MANAGE_ACCOUNTS), lambda w: {"invitation_id": w.invitation}, post=True),
    "devices:index": Door(may(P.MANAGE_DEVICES)),
    "devices:issue": Door(may(P.MANAGE_DEVICES), post=True),
    "devices:renew": Door(may(P.MANAGE_DEVICES), lambda w: {"device_id": w.device}, post=True),
    "devices:move": Door(may(P.MANAGE_DEVICES), lambda w: {"device_id": w.device}, post=True),
    "devices:revoke": Door(may(P.MANAGE_DEVICES), lambda w: {"device_id": w.device}, post=True),
    # command
    "sheet:index": Door(may(P.MANAGE_SEATS)),
    "sheet:file": Door(
        may(P.MANAGE_SEATS), one(name="sheet"), wrong=lambda w: {"name": "contacts-1-20260101T000000Z.pdf"}
    ),
    "wall:index": Door(may(P.VIEW_CONSOLE)),
    "wall:fragment": Door(may(P.VIEW_CONSOLE)),
    "wall:table": Door(may(P.VIEW_CONSOLE)),
    "duty:board": Door(may(P.VIEW_CONSOLE)),
    "duty:fragment": Door(may(P.VIEW_CONSOLE)),
    "duty:log": Door(may(P.VIEW_CONSOLE), post=True),
    # the desk is the zone's: who sees it for a part of the zone sees all of it, and manages his part only
    "duty:group": Door(may(P.VIEW_CONSOLE), lambda w: {"code": "leading"}, far=False),
    "duty:post": Door(may(P.VIEW_CONSOLE), lambda w: {"code": "leading.head"}, far=False),
    "duty:fill": Door(may(P.MANAGE_SEATS), lambda w: {"code": "leading.head"}, post=True),
    "duty:seat": Door(may(P.VIEW_CONSOLE), _seat),
    "duty:phone": Door(may(P.MANAGE_SEATS), _seat, post=True),
    "duty:replace": Door(may(P.MANAGE_SEATS), _seat, post=True),
    "duty:put_back": Door(may(P.MANAGE_SEATS), _seat),
    "duty:code": Door(may(P.MANAGE_SEATS)),
    "duty:arrival": Door(may(P.MANAGE_SEATS)),
    "duty:urge": Door(may(P.MANAGE_SEATS), _seat, post=True),
    "switch:scope": Door(may(P.ORDER_SWITCH)),
    "switch:units": Door(may(P.ORDER_SWITCH)),
    "switch:preview": Door(may(P.ORDER_SWITCH), post=True),
    "switch:order": Door(may(P.ORDER_SWITCH), post=True),
    "switch:several": Door(may(P.ORDER_SWITCH)),
    "switch:several_preview": Door(may(P.ORDER_SWITCH), post=True),
    "switch:several_order": Door(may(P.ORDER_SWITCH), post=True),
    "switch:stand_down": Door(may(P.ORDER_SWITCH)),
    "switch:rebase": Door(may(P.ORDER_SWITCH)),
    "switch:takeover": Door(may(P.ORDER_SWITCH)),
    # orders: whoever reads the order may open it and press a button; the order says what comes of it
    # a report tells of the whole zone, so a right for a part of it opens none
    "reports:index": Door(REPORTS),
    "reports:zero": Door(REPORTS),
    "reports:forms": Door(REPORTS),
    "reports:detail": Door(REPORTS, one(pk="sitrep")),
    "reports:paper": Door(REPORTS, fixed(one(pk="sitrep_signed"), suffix="docx")),
    "reports:form": Door(REPORTS, lambda w: {"key": "appointments", "suffix": "docx"}),
    "reports:alert": Door(REPORTS, one(pk="order")),
    "reports:daily": Door(may(P.WRITE_REPORTS), post=True),
    "reports:start": Door(may(P.WRITE_REPORTS), one(pk="sitrep_due"), post=True),
    "reports:drop": Door(
        may(P.WRITE_REPORTS), one(pk="sitrep_due"), post=True, data={"reason": "\u8bd5\u9a8c"}
    ),
    "reports:edit": Door(may(P.WRITE_REPORTS), one(pk="sitrep"), post=True, data={"edition": "1"}),
    "reports:recount": Door(may(P.WRITE_REPORTS), one(pk="sitrep"), post=True),
    "reports:sign": Door(may(P.SIGN_REPORTS), one(pk="sitrep"), post=True),
    "reports:correct": Door(
        may(P.WRITE_REPORTS), one(pk="sitrep_signed"), post=True, data={"reason": "\u8bd5\u9a8c"}
    ),
    "reports:ask_zero": Door(may(P.WRITE_REPORTS), post=True),
    "reports:urge": Door(may(P.WRITE_REPORTS), one(pk="zero_day"), post=True),
    "reports:phone": Door(
        may(P.WRITE_REPORTS), one(pk="zero_line"), post=True, data={"caller": "\u67d0\u4eba", "value": "0"}
    ),
    "reports:mine": Door(may(P.VIEW_TASKS)),
    "reports:tap": Door(NOBODY_ELSE, one(pk="zero_own"), post=True, owner=True),
    "orders:index": Door(may(P.VIEW_TASKS)),
    "orders:quick": Door(may(P.ISSUE_ORDERS)),
    "orders:new": Door(may(P.ISSUE_ORDERS)),
    "orders:bulk": Door(may(P.ISSUE_ORDERS)),
    "orders:batch": Door(may(P.ISSUE_ORDERS), one(pk="order_batch")),
    "orders:detail": Door(ORDERS, one(pk="work_order"), owner=True),
    "orders:feedback": Door(
        NOBODY_ELSE, one(pk="work_order"), post=True, data={"note": "\u597d"}, owner=True
    ),
    "orders:act": Door(ORDERS, fixed(one(pk="work_order"), verb="urge"), post=True),
    "photos:show": Door(ORDERS, one(pk="order_photo"), owner=True),
    "orders:meetings": Door(may(P.VIEW_TASKS)),
    "orders:meeting_new": Door(may(P.ISSUE_ORDERS)),
    "orders:meeting": Door(MEETINGS, one(pk="meeting")),
    "orders:meeting_edit": Door(may(P.ISSUE_ORDERS), one(pk="meeting")),
    "orders:decide": Door(
        may(P.ISSUE_ORDERS), one(pk="meeting"), post=True, data={"text": "\u67e5", "decided_by": "\u67d0"}
    ),
    "orders:minutes": Door(may(P.WRITE_DOCUMENTS), one(pk="meeting"), post=True),
    "drills:index": Door(DRILLS),
    "drills:new": Door(may(P.MANAGE_DRILLS)),
    "drills:detail": Door(DRILLS, one(pk="drill")),
    "drills:live": Door(DRILLS, one(pk="drill")),
    "drills:edit": Door(may(P.MANAGE_DRILLS), one(pk="drill")),
    "drills:inject": Door(may(P.MANAGE_DRILLS), one(pk="drill")),
    "drills:start": Door(may(P.MANAGE_DRILLS) & may(P.ORDER_SWITCH), one(pk="held_drill"), post=True),
    "drills:end": Door(may(P.MANAGE_DRILLS) & may(P.ORDER_SWITCH), one(pk="held_drill"), post=True),
    "drills:cancel": Door(may(P.MANAGE_DRILLS), one(pk="held_drill"), post=True),
    "drills:report": Door(DRILLS, one(pk="held_drill")),
    "drills:report_file": Door(DRILLS, fixed(one(pk="held_drill"), suffix="docx")),
    "drills:fire": Door(may(P.MANAGE_DRILLS), one(pk="inject"), post=True),
    "drills:remove": Door(may(P.MANAGE_DRILLS), one(pk="inject"), post=True),
    "drills:score": Door(may(P.MANAGE_DRILLS), one(pk="inject")),
    "drills:reviews": Door(DRILLS),
    "drills:review": Door(DRILLS, one(pk="review")),
    "drills:review_write": Door(may(P.MANAGE_DRILLS), one(pk="review"), post=True),
    "drills:review_action": Door(may(P.MANAGE_DRILLS), one(pk="review"), post=True),
    "drills:review_handover": Door(
        may(P.MANAGE_DRILLS), one(pk="review"), post=True, data={"group": "medical", "text": "\u4ea4"}
    ),
    "drills:handover": Door(may(P.MANAGE_DRILLS), fixed(one(pk="review"), code="medical")),
    "drills:review_done": Door(may(P.MANAGE_DRILLS), one(pk="review"), post=True),
    "drills:review_file": Door(may(P.MANAGE_DRILLS), one(pk="review"), post=True),
    "drills:review_paper": Door(DRILLS, fixed(one(pk="review"), suffix="docx")),
    "tasks:mine": Door(may(P.VIEW_TASKS)),
    "tasks:fragment": Door(may(P.VIEW_TASKS)),
    # a seat and a task belong to one person: nobody else, whatever his role
    "tasks:confirm": Door(NOBODY_ELSE, _seat, post=True, data={"eta": "30"}, owner=True),
    "tasks:put_back": Door(may(P.MANAGE_SEATS) & may(P.VIEW_TASKS), _seat),
    "tasks:name": Door(may(P.MANAGE_SEATS) & may(P.VIEW_TASKS), _seat),
    "tasks:arrive": Door(may(P.MANAGE_SEATS), _seat, post=True),
    "tasks:decline": Door(NOBODY_ELSE, _seat, post=True, data={"reason": "\u75c5\u5047"}, owner=True),
    "tasks:start": Door(NOBODY_ELSE, _task, post=True, owner=True),
    "tasks:feedback": Door(
        NOBODY_ELSE, _task, post=True, data={"note": "\u5df2\u529e", "count": "1"}, owner=True
    ),
    "tasks:close": Door(may(P.MANAGE_SEATS) & may(P.VIEW_TASKS), lambda w: {"pk": w.task}, post=True),
    # organisation
    "structure:index": Door(may(P.VIEW_STRUCTURE)),
    "structure:new": Door(may(P.EDIT_STRUCTURE), post=True),
    "structure:import": Door(may(P.EDIT_STRUCTURE)),
    "structure:people": Door(may(P.VIEW_STRUCTURE)),
    "structure:person": Door(may(P.VIEW_STRUCTURE), lambda w: {"pk": w.person}),
    "structure:remove_contact": Door(
        may(P.EDIT_STRUCTURE), lambda w: {"pk": w.person, "contact_pk": w.contact}, post=True
    ),
    "structure:verify_contact": Door(
        may(P.EDIT_STRUCTURE, P.MANAGE_SEATS), lambda w: {"pk": w.person, "contact_pk": w.contact}, post=True
    ),
    "structure:cancel_absence": Door(
        may(P.REGISTER_ABSENCE), lambda w: {"pk": w.person, "absence_pk": w.absence}, post=True
    ),
    "structure:responsible": Door(may(P.VIEW_STRUCTURE)),
    "structure:version": Door(may(P.VIEW_STRUCTURE), _version),
    "structure:contact_book": Door(may(P.VIEW_STRUCTURE), fixed(_version, suffix="docx")),
    "structure:diff": Door(may(P.VIEW_STRUCTURE), _version),
    "structure:clone": Door(may(P.EDIT_STRUCTURE), _version, post=True),
    "structure:draft": Door(may(P.EDIT_STRUCTURE, P.PUBLISH_STRUCTURE), _draft),
    "structure:answer": Door(may(P.EDIT_STRUCTURE), one(pk="draft", finding_pk="finding"), post=True),
    "structure:waive": Door(may(P.PUBLISH_STRUCTURE), one(pk="draft", finding_pk="finding"), post=True),
    "structure:publish": Door(may(P.PUBLISH_STRUCTURE), _draft, post=True),
    "structure:discard": Door(may(P.EDIT_STRUCTURE), _draft, post=True),
    "structure:edit": Door(may(P.EDIT_STRUCTURE), _draft),
    "structure:enterprise_posts": Door(may(P.EDIT_STRUCTURE), _draft, post=True),
    "structure:deputies": Door(may(P.EDIT_STRUCTURE), _draft, post=True),
    "structure:change": Door(may(P.EDIT_STRUCTURE), fixed(_draft, what="group-add")),
    "structure:change_row": Door(
        may(P.EDIT_STRUCTURE), fixed(one(pk="draft", row_pk="group"), what="group-rename")
    ),
    "structure:remove": Door(
        may(P.EDIT_STRUCTURE), fixed(one(pk="draft", row_pk="group"), what="group"), post=True
    ),
    # the front line: who assigns and who watches; everybody his own enterprises
    "frontline:index": Door(FRONT),
    "frontline:officials": Door(FRONT),
    "frontline:map": Door(FRONT),
    "frontline:places": Door(FRONT),
    "frontline:presence": Door(FRONT),
    "frontline:enterprise": Door(ASSIGNS, _firm),
    "frontline:propose": Door(ASSIGNS),
    "frontline:adopt": Door(ASSIGNS, post=True),
    "frontline:place": Door(ASSIGNS, one(pk="person")),
    "frontline:arrive": Door(
        may(P.ASSIGN_OFFICIALS, P.MANAGE_SEATS), one(pk="posting"), post=True, owner=True
    ),
    "frontline:mine": Door(may(P.VIEW_TASKS)),
    "frontline:visit": Door(may(P.ASSIGN_OFFICIALS, P.VIEW_CONSOLE, P.CHECK_ORDERS), _firm),
    "frontline:void_visit": Door(NOBODY_ELSE, one(pk="site_visit"), post=True, owner=True),
    # roster: who sees the structure sees who is on duty
    "roster:index": Door(ROSTER),
    "roster:sheet": Door(ROSTER),
    "roster:balance": Door(ROSTER),
    "roster:absences": Door(ROSTER),
    "roster:holidays": Door(ROSTER),
    "roster:mine": Door(ROSTER),
    "roster:handovers": Door(ROSTER),
    "roster:make_feed": Door(ROSTER, post=True),
    "roster:end_feed": Door(ROSTER, post=True),
    "roster:feed": Door(EVERYBODY, one(token="feed"), wrong=_wrong_token),
    "roster:shift": Door(ROSTER, one(pk="shift")),
    "roster:ask": Door(NOBODY_ELSE, one(pk="shift"), owner=True),
    "roster:cancel": Door(MAKES_ROSTER, one(pk="shift"), post=True, data={"reason": "\u8bd5\u9a8c"}),
    "roster:add": Door(MAKES_ROSTER),
    "roster:drafts": Door(MAKES_ROSTER),
    "roster:new": Door(MAKES_ROSTER),
    "roster:pool": Door(MAKES_ROSTER),
    "roster:swaps": Door(MAKES_ROSTER),
    "roster:draft": Door(MAKES_ROSTER, one(pk="roster")),
    "roster:publish": Door(MAKES_ROSTER, one(pk="roster"), post=True),
    "roster:discard": Door(MAKES_ROSTER, one(pk="roster"), post=True),
    "roster:answer": Door(MAKES_ROSTER, fixed(one(pk="swap"), act="refuse"), post=True),
    "roster:member": Door(MAKES_ROSTER, fixed(one(pk="member"), act="up"), post=True),
    "roster:handover": Door(may(P.VIEW_CONSOLE, P.MANAGE_ROSTER), one(pk="handover")),
    "roster:handover_act": Door(MAKES_ROSTER, fixed(one(pk="handover"), what="refresh"), post=True),
    "roster:cancel_absence": Door(may(P.REGISTER_ABSENCE), one(pk="absence"), post=True),
    "roster:remove_holiday": Door(may(P.MANAGE_SETTINGS), one(pk="holiday"), post=True),
    "readiness:index": Door(may(P.VIEW_STRUCTURE)),
    # enterprises
    "enterprises:index": Door(ENTERPRISES),
    "enterprises:new": Door(FILES),
    "enterprises:batch_risk": Door(FILES, post=True),
    "enterprises:detail": Door(ENTERPRISES, _firm),
    "enterprises:edit": Door(FILES, _firm),
    "enterprises:decide": Door(FILES & may(P.VIEW_ENTERPRISES), fixed(_firm, what="risk"), post=True),
    "enterprises:reopen": Door(FILES, one(pk="enterprise", row="closed_site"), post=True),
    "enterprises:scope": Door(FILES, one(pk="enterprise", row="site"), post=True),
    "enterprises:rooms": Door(FILES, one(pk="enterprise", row="dormitory"), post=True),
    "enterprises:add": Door(FILES, fixed(_firm, kind="sites")),
    "enterprises:row": Door(FILES, lot("sites")),
    "enterprises:edit_row": Door(FILES, lot("sites")),
    "enterprises:close": Door(FILES, lot("sites"), post=True),
    # the park plan is the zone's; an enterprise sees its own plot on it
    "plan:index": Door(ENTERPRISES, far=False),
    "plan:download": Door(ENTERPRISES, far=False),
    "plan:import": Door(may(P.EDIT_TERRITORY)),
    "plan:edit": Door(may(P.EDIT_TERRITORY)),
    "plan:versions": Door(may(P.EDIT_TERRITORY)),
    "plan:restore": Door(may(P.EDIT_TERRITORY), post=True, data={"version": "1", "base": "2"}),
    # workers
    "search:index": Door(SIGNED_IN),  # finds only what the reader may see
    "workers:index": Door(may(P.VIEW_WORKERS)),
    "workers:alike": Door(may(P.VIEW_WORKERS)),
    "workers:detail": Door(may(P.VIEW_WORKERS), _worker),
    "declarations:unit": Door(LEDGERS, one(pk="firm_unit")),
    "declarations:form": Door(LEDGERS, one(pk="obligation"), wrong=lambda w: {"pk": 0}),
    "declarations:record": Door(LEDGERS, one(pk="declaration"), wrong=lambda w: {"pk": 0}),
    "today:index": Door(LEDGERS),
    "today:firm": Door(LEDGERS, one(pk="firm_unit")),
    "today:fragment": Door(LEDGERS, one(pk="firm_unit")),
    "today:zero": Door(KEEPS, one(pk="firm_unit")),
    "today:proof": Door(
        LEDGERS,
        one(pk="firm_unit", obligation="attended"),
        wrong=lambda w: {"pk": w.firm_unit, "obligation": 0},
    ),
    "today:notices": Door(KEEPS, one(pk="firm_unit")),
    "today:tap": Door(KEEPS, one(pk="firm_unit"), post=True, data={"evidence": "goods"}),
    "today:quiet": Door(KEEPS, one(pk="firm_unit")),
    "health:index": Door(LEDGERS),
    "health:firm": Door(LEDGERS, one(pk="firm_unit")),
    "health:normal": Door(KEEPS, one(pk="firm_unit", team="team"), post=True),
    "health:team": Door(
        KEEPS, one(pk="firm_unit", team="team"), wrong=lambda w: {"pk": w.firm_unit, "team": 0}
    ),
    "health:correct": Door(KEEPS, one(pk="firm_unit")),
    "health:cases": Door(may(P.VIEW_HEALTH), one(pk="firm_unit")),
    "health:case": Door(may(P.VIEW_HEALTH), one(pk="health_case")),
    "health:link": Door(KEEPS, one(pk="firm_unit")),
    "health:settle": Door(KEEPS, one(pk="symptom_report"), post=True),
    "returnees:index": Door(LEDGERS),
    "returnees:firm": Door(LEDGERS, one(pk="firm_unit")),
    "returnees:detail": Door(LEDGERS, one(pk="returnee")),
    "returnees:new": Door(KEEPS, one(pk="firm_unit")),
    "returnees:invite": Door(KEEPS, one(pk="firm_unit")),
    "returnees:correct": Door(KEEPS, one(pk="returnee")),
    "returnees:link": Door(KEEPS, one(pk="invited_returnee")),
    "returnees:observe": Door(KEEPS, one(pk="returnee"), post=True),
    "returnees:recheck": Door(KEEPS, one(pk="returnee"), post=True),
    "returnees:post": Door(KEEPS, one(pk="returnee"), post=True),
    "returnees:withdraw": Door(KEEPS, one(pk="returnee"), post=True),
    "returnees:override": Door(may(P.KEEP_LEDGERS, P.HANDLE_INCIDENTS), one(pk="returnee"), post=True),
    "gate:index": Door(GATE),
    "gate:firm": Door(GATE, one(pk="firm_unit")),
    "gate:book": Door(GATE, one(pk="firm_unit")),
    "gate:visitor": Door(AT_GATE, one(pk="firm_unit")),
    "gate:vehicle": Door(AT_GATE, one(pk="firm_unit")),
    "gate:none": Door(AT_GATE, one(pk="firm_unit"), post=True, data={"kind": "no_meetings"}),
    "gate:appointments": Door(GATE, one(pk="firm_unit")),
    "gate:closing": Door(GATE, one(pk="firm_unit")),
    "gate:close_act": Door(KEEPS, one(pk="firm_unit"), post=True),
    "gate:meetings": Door(LEDGERS, one(pk="firm_unit")),
    "gate:visit_out": Door(AT_GATE, one(pk="gate_visit"), post=True),
    "gate:visit_void": Door(AT_GATE, one(pk="gate_visit"), post=True),
    "gate:vehicle_out": Door(AT_GATE, one(pk="gate_vehicle"), post=True),
    "gate:vehicle_clean": Door(AT_GATE, one(pk="gate_vehicle"), post=True),
    "gate:vehicle_void": Door(AT_GATE, one(pk="gate_vehicle"), post=True),
    "gate:appointment": Door(GATE, one(pk="appointment")),
    "gate:decide": Door(KEEPS, one(pk="appointment"), post=True),
    "gate:cancel": Door(AT_GATE, one(pk="appointment"), post=True),
    "gate:permit_end": Door(KEEPS, one(pk="permit"), post=True),
    "gate:meeting_cancel": Door(KEEPS, one(pk="gate_meeting"), post=True),
    "canteen:index": Door(LEDGERS),
    "canteen:firm": Door(LEDGERS, one(pk="firm_unit")),
    "canteen:hygiene": Door(LEDGERS, one(pk="firm_unit")),
    "canteen:add_meal": Door(KEEPS, one(pk="firm_unit")),
    "canteen:keep": Door(KEEPS, one(pk="firm_unit"), post=True),
    "canteen:change_meal": Door(KEEPS, one(pk="canteen_meal")),
    "canteen:end_meal": Door(KEEPS, one(pk="canteen_meal"), post=True),
    "canteen:propose": Door(KEEPS, one(pk="canteen_meal"), post=True),
    "canteen:plan": Door(LEDGERS, one(pk="sitting_plan")),
    "canteen:publish": Door(KEEPS, one(pk="sitting_plan"), post=True),
    "canteen:move": Door(KEEPS, one(pk="sitting_line"), post=True, data={"sitting": "packed"}),
    "canteen:check": Door(LEDGERS, one(pk="kitchen_check")),
    "canteen:correct": Door(KEEPS, one(pk="kitchen_check")),
    "goods:index": Door(LEDGERS),
    "goods:firm": Door(LEDGERS, one(pk="firm_unit")),
    "goods:new": Door(KEEPS, one(pk="firm_unit")),
    "goods:lot": Door(LEDGERS, one(pk="lot")),
    "goods:act": Door(KEEPS, lambda w: {"pk": w.lot, "act": "disinfect"}),
    "plans:index": Door(PLANS),
    "plans:firm": Door(PLANS, one(pk="firm_unit")),
    "plans:edit": Door(KEEPS, fixed(one(pk="firm_unit"), kind="emergency")),
    "plans:confirm": Door(KEEPS, fixed(one(pk="firm_unit"), kind="emergency"), post=True),
    "plans:plan": Door(PLANS, one(pk="firm_plan")),
    "plans:submit": Door(KEEPS, one(pk="firm_plan"), post=True),
    "plans:decide": Door(may(P.REVIEW_PLANS), one(pk="firm_plan"), post=True),
    "incidents:index": Door(INCIDENTS),
    "incidents:firm": Door(INCIDENTS, one(pk="firm_unit")),
    "incidents:report": Door(KEEPS, one(pk="firm_unit")),
    "incidents:incident": Door(INCIDENTS, one(pk="incident")),
    "incidents:act": Door(may(P.HANDLE_INCIDENTS), fixed(one(pk="incident"), act="receive"), post=True),
    "supplies:index": Door(LEDGERS),
    "supplies:firm": Door(LEDGERS, one(pk="firm_unit")),
    "supplies:history": Door(LEDGERS, one(pk="firm_unit")),
    "supplies:move": Door(KEEPS, lambda w: {"pk": w.firm_unit, "kind": "used"}),
    "supplies:reverse": Door(KEEPS, one(pk="supply_entry")),
    "supplies:count": Door(KEEPS, one(pk="firm_unit")),
    "supplies:same": Door(KEEPS, one(pk="firm_unit"), post=True),
    "supplies:purchases": Door(LEDGERS, one(pk="firm_unit")),
    "supplies:draft": Door(KEEPS, one(pk="firm_unit"), post=True),
    "supplies:purchase": Door(LEDGERS, one(pk="supply_purchase")),
    "supplies:arrive": Door(KEEPS, one(pk="supply_purchase")),
    "sanitation:index": Door(LEDGERS),
    "sanitation:firm": Door(LEDGERS, one(pk="firm_unit")),
    "sanitation:round": Door(KEEPS, lambda w: {"pk": w.firm_unit, "key": "own-0000"}),
    "sanitation:planned": Door(KEEPS, one(pk="firm_unit"), post=True),
    "sanitation:table": Door(KEEPS, one(pk="firm_unit")),
    "sanitation:book": Door(LEDGERS, one(pk="firm_unit")),
    "sanitation:areas": Door(LEDGERS, one(pk="firm_unit")),
    "sanitation:area_new": Door(KEEPS, one(pk="firm_unit")),
    "sanitation:propose": Door(KEEPS, one(pk="firm_unit"), post=True),
    "sanitation:area": Door(KEEPS, one(pk="clean_area")),
    "sanitation:retire": Door(KEEPS, one(pk="clean_area"), post=True),
    "sanitation:correct": Door(KEEPS, one(pk="clean_record")),
    "sanitation:void": Door(KEEPS, one(pk="clean_record"), post=True),
    "firm_duty:index": Door(LEDGERS),
    "firm_duty:firm": Door(LEDGERS, one(pk="firm_unit")),
    "firm_duty:week": Door(KEEPS, one(pk="firm_unit")),
    "firm_duty:copy": Door(KEEPS, one(pk="firm_unit"), post=True),
    "firm_duty:kept": Door(KEEPS, one(pk="firm_unit"), post=True),
    "firm_duty:team": Door(LEDGERS, one(pk="firm_unit")),
    "firm_duty:team_right": Door(KEEPS, one(pk="firm_unit"), post=True),
    "firm_duty:leave": Door(KEEPS, one(pk="team_member"), post=True),
    "firm_duty:drills": Door(LEDGERS, one(pk="firm_unit")),
    "firm_duty:drill_new": Door(KEEPS, one(pk="firm_unit")),
    "firm_duty:drill": Door(LEDGERS, one(pk="exercise")),
    "firm_duty:drill_void": Door(KEEPS, one(pk="exercise"), post=True),
    "production:index": Door(LEDGERS),
    "production:firm": Door(LEDGERS, one(pk="firm_unit")),
    "training:index": Door(LEDGERS),
    "training:firm": Door(LEDGERS, one(pk="firm_unit")),
    "training:new": Door(KEEPS, one(pk="firm_unit")),
    "training:session": Door(LEDGERS, one(pk="session_held")),
    "training:mark": Door(KEEPS, one(pk="session_held"), post=True),
    "training:photos": Door(KEEPS, one(pk="session_held"), post=True),
    "training:void": Door(KEEPS, one(pk="session_held"), post=True),
    "visitor_pass": Door(EVERYBODY, one(token="visitor_pass"), wrong=_wrong_token, token=False),
    "feeling": Door(EVERYBODY, one(token="feeling"), wrong=_wrong_token, token=False),
    "returning": Door(EVERYBODY, one(token="returning"), wrong=_wrong_token, token=False),
    "compliance:index": Door(LEDGERS),
    "compliance:list": Door(LEDGERS),
    "compliance:unit": Door(LEDGERS, one(pk="firm_unit")),
    "compliance:detail": Door(LEDGERS, one(pk="obligation")),
    "compliance:waivers": Door(LEDGERS),
    "compliance:waive": Door(may(P.WAIVE_OBLIGATIONS)),
    "compliance:revoke": Door(
        may(P.WAIVE_OBLIGATIONS), one(pk="waiver"), post=True, data={"reason": "\u8bd5\u9a8c"}
    ),
    "board:index": Door(LEDGERS),
    # measure sets: whoever has to follow them reads them, the enterprises of the zone included
    "measures:index": Door(MEASURES, far=False),
    "measures:hazard": Door(MEASURES, lambda w: {"key": "covid19"}, far=False),
    "measures:version": Door(MEASURES, one(pk="measure_version"), far=False),
    "measures:file": Door(MEASURES, one(pk="measure_version"), far=False),
    "measures:diff": Door(
        may(P.MANAGE_MEASURES, P.PUBLISH_MEASURES),
        one(pk="measure_draft", other="measure_version"),
        far=False,
    ),
    "measures:force": Door(MEASURES, one(pk="measure_force"), far=False),
    "measures:import": Door(may(P.MANAGE_MEASURES), far=False),
    "measures:load": Door(may(P.PUBLISH_MEASURES), post=True, data={"key": "norovirus"}),
    "measures:draft": Door(may(P.MANAGE_MEASURES), one(pk="measure_version"), post=True),
    "measures:about": Door(may(P.MANAGE_MEASURES), one(pk="measure_draft")),
    "measures:publish": Door(may(P.PUBLISH_MEASURES), one(pk="measure_draft"), post=True),
    "measures:discard": Door(may(P.MANAGE_MEASURES), one(pk="measure_draft"), post=True),
    "measures:measure_new": Door(may(P.MANAGE_MEASURES), one(pk="measure_draft")),
    "measures:measure": Door(may(P.MANAGE_MEASURES), one(pk="measure_draft", row="measure_row")),
    "measures:measure_remove": Door(
        may(P.MANAGE_MEASURES), one(pk="measure_draft", row="measure_row"), post=True
    ),
    "measures:parameter_new": Door(may(P.MANAGE_MEASURES), one(pk="measure_draft")),
    "measures:parameter": Door(may(P.MANAGE_MEASURES), one(pk="measure_draft", row="measure_parameter")),
    "measures:parameter_remove": Door(
        may(P.MANAGE_MEASURES), one(pk="measure_draft", row="measure_parameter"), post=True
    ),
    "measures:put": Door(may(P.PUBLISH_MEASURES), one(pk="measure_version")),
    "measures:check": Door(may(P.PUBLISH_MEASURES), one(pk="measure_version")),
    "measures:withdraw": Door(
        may(P.PUBLISH_MEASURES), one(pk="measure_force"), post=True, data={"reason": "\u8bd5\u9a8c"}
    ),
    "measures:propose": Door(may(P.PUBLISH_MEASURES), one(pk="measure_force")),
    "measures:restriction": Door(may(P.PUBLISH_MEASURES), one(pk="held_restriction")),
    "measures:restriction_check": Door(may(P.PUBLISH_MEASURES), one(pk="held_restriction")),
    "measures:refuse": Door(
        may(P.PUBLISH_MEASURES), one(pk="held_restriction"), post=True, data={"reason": "\u8bd5\u9a8c"}
    ),
    "measures:lift": Door(
        may(P.PUBLISH_MEASURES), one(pk="restriction"), post=True, data={"reason": "\u8bd5\u9a8c"}
    ),
    "regions:index": Door(LEDGERS),
    "laboratory:index": Door(RESULTS),
    "laboratory:receive": Door(ENTERS_RESULTS),
    "laboratory:enter": Door(ENTERS_RESULTS),
    "laboratory:refused": Door(RESULTS),
    "laboratory:keys": Door(ENTERS_RESULTS),
    "rounds:index": Door(SCREENING),
    "rounds:make": Door(SCREENS, post=True),
    "rounds:open": Door(SCREENS),
    "rounds:probes": Door(may(P.VIEW_SCREENING, P.PLAN_SCREENING, P.KEEP_SAMPLING)),
    "rounds:probe_add": Door(may(P.PLAN_SCREENING, P.KEEP_SAMPLING)),
    "rounds:staff": Door(SCREENING),
    "rounds:phones": Door(SCREENING),
    "rounds:phone_issue": Door(PHONES, post=True),
    "rounds:phone_give": Door(SCREENS, one(pk="sampling_phone"), post=True),
    "rounds:phone_renew": Door(PHONES, one(pk="sampling_phone"), post=True),
    "rounds:phone_stop": Door(PHONES, one(pk="sampling_phone"), post=True),
    "rounds:team": Door(SCREENS, one(pk="sampling_team")),
    "rounds:laboratory": Door(SCREENS, one(pk="laboratory")),
    "rounds:show": Door(SCREENING, one(pk="testing_round")),
    "rounds:progress": Door(SCREENING, one(pk="testing_round")),
    "rounds:coverage": Door(SCREENING, one(pk="testing_round")),
    "rounds:firm": Door(SCREENING, one(pk="testing_round", unit="firm_unit")),
    "rounds:sheets": Door(SCREENING, one(pk="testing_round")),
    "rounds:count": Door(SCREENS, one(pk="testing_round"), post=True),
    "rounds:plan": Door(SCREENS, one(pk="testing_round"), post=True),
    "rounds:replan": Door(SCREENS, one(pk="testing_round")),
    "rounds:off": Door(SCREENS, one(pk="testing_round"), post=True),
    "rounds:start": Door(SCREENS, one(pk="testing_round"), post=True),
    "rounds:close": Door(SCREENS, one(pk="testing_round"), post=True),
    "rounds:adopt": Door(SCREENS, one(pk="testing_plan"), post=True),
    "rounds:stop": Door(SCREENS, one(pk="testing_plan"), post=True),
    "custody:index": Door(CUSTODY),
    "custody:tubes": Door(CUSTODY, one(pk="told_round")),
    "custody:missing": Door(CUSTODY, one(pk="told_round")),
    "custody:doubts": Door(CUSTODY, one(pk="told_round")),
    "custody:boxes": Door(CUSTODY, one(pk="told_round")),
    "custody:paper": Door(SAMPLES, one(pk="told_round")),
    "custody:racks": Door(CUSTODY, one(pk="told_round")),
    "custody:tube": Door(CUSTODY, one(pk="tube")),
    "custody:box": Door(CUSTODY, one(pk="sample_box")),
    "custody:give": Door(SAMPLES, one(pk="sample_box"), post=True),
    "custody:settle": Door(SAMPLES, one(pk="sampling_doubt"), post=True),
    "pursuits:index": Door(PURSUERS),
    "pursuits:show": Door(PURSUERS, one(pk="pursuit")),
    "pursuits:controlled": Door(may(P.FOLLOW_POSITIVES), one(pk="pursuit"), post=True),
    "pursuits:reported": Door(may(P.FOLLOW_POSITIVES), one(pk="pursuit"), post=True),
    "pursuits:close": Door(may(P.FOLLOW_POSITIVES), one(pk="pursuit"), post=True),
    "pursuits:release": Door(may(P.FOLLOW_POSITIVES), one(pk="pursuit", hold="hold"), post=True),
    "pursuits:decide": Door(may(P.ORDER_SWITCH), one(pk="switch_proposal"), post=True),
    "testing:held": Door(may(P.VIEW_HEALTH), one(pk="firm_unit")),
    "testing:index": Door(LEDGERS),
    "testing:firm": Door(LEDGERS, one(pk="firm_unit")),
    "rounds:members": Door(SCREENING, one(pk="sampling_team")),
    "rounds:member_add": Door(SCREENS, one(pk="sampling_team"), post=True),
    "rounds:member_end": Door(SCREENS, one(pk="sampling_member"), post=True),
    "testing:exemptions": Door(may(P.VIEW_HEALTH), one(pk="firm_unit")),
    "testing:exempt": Door(KEEPS, one(pk="firm_unit"), post=True),
    "testing:exempt_end": Door(KEEPS, one(pk="firm_unit", number="exemption"), post=True),
    "testing:chase": Door(LEDGERS, one(pk="firm_unit", number="told_round")),
    "regions:add": Door(may(P.MANAGE_MEASURES, P.HANDLE_INCIDENTS), post=True),
    "regions:end": Door(may(P.MANAGE_MEASURES, P.HANDLE_INCIDENTS), one(pk="key_region"), post=True),
    "workers:new": Door(may(P.EDIT_WORKERS)),
    "workers:bulk": Door(may(P.EDIT_WORKERS), post=True),
    "workers:decide": Door(may(P.EDIT_WORKERS), _pair, post=True),
    "workers:person": Door(may(P.EDIT_WORKERS), _worker),
    "workers:terms": Door(may(P.EDIT_WORKERS), _worker),
    "workers:move": Door(may(P.EDIT_WORKERS), _worker),
    "workers:leave": Door(may(P.EDIT_WORKERS), _worker),
    "workers:back": Door(may(P.EDIT_WORKERS), one(pk="left_worker")),
    # documents
    "documents:index": Door(READERS),
    "documents:numbers": Door(READERS),
    "documents:templates": Door(READERS),
    "documents:example": Door(READERS),
    "documents:new": Door(may(P.WRITE_DOCUMENTS)),
    "documents:preview": Door(may(P.WRITE_DOCUMENTS), post=True),
    "documents:from_activation": Door(may(P.WRITE_DOCUMENTS), one(pk="order"), post=True),
    "documents:from_day": Door(may(P.WRITE_DOCUMENTS), post=True),
    "documents:organs": Door(may(P.EDIT_TEMPLATES)),
    "documents:series": Door(may(P.EDIT_TEMPLATES), one(pk="organ"), post=True),
    "documents:upload": Door(may(P.EDIT_TEMPLATES), post=True),
    "documents:text": Door(may(P.EDIT_TEMPLATES), post=True),
    "documents:template": Door(READERS, one(pk="template")),
    "documents:switch": Door(may(P.EDIT_TEMPLATES), one(pk="template"), post=True),
    "documents:template_file": Door(READERS, fixed(one(pk="template"), number=1)),
    "documents:template_sample": Door(READERS, fixed(one(pk="template"), number=1)),
    "documents:detail": Door(READERS, _paper),
    "documents:edit": Door(may(P.WRITE_DOCUMENTS), _paper),
    "documents:submit": Door(may(P.WRITE_DOCUMENTS), _paper, post=True),
    "documents:return": Door(READERS, _paper, post=True),
    "documents:issue": Door(READERS, _paper, post=True),
    "documents:file_away": Door(may(P.WRITE_DOCUMENTS), _paper, post=True),
    "documents:withdraw": Door(may(P.WRITE_DOCUMENTS), _paper, post=True),
    "documents:void": Door(READERS, _paper, post=True),
    "documents:docx": Door(READERS, _paper),
    "documents:pdf": Door(READERS, _paper),
    # spreadsheets: an import is seen by who may make it, an export by who made it
    "imports:index": Door(may(*IMPORTERS)),
    "imports:begin": Door(FILES, lambda w: {"key": "territory.sites"}, far=False, wrong=_no_sheet),
    "imports:template": Door(FILES, lambda w: {"key": "territory.sites"}, far=False, wrong=_no_sheet),
    "imports:job": Door(FILES, _import),
    "imports:state": Door(FILES, _import),
    "imports:confirm": Door(FILES, _import, post=True),
    "imports:cancel": Door(FILES, _import, post=True),
    "imports:resume": Door(FILES, _import, post=True),
    "imports:errors": Door(FILES, _import),
    "imports:changes": Door(FILES, _import),
    "imports:rows": Door(FILES, _import),
    "imports:result": Door(FILES, one(pk="import_done")),
    "exports:begin": Door(STAFF, lambda w: {"key": "staff.accounts"}, far=False, wrong=_no_sheet),
    "exports:xlsx": Door(STAFF, lambda w: {"key": "staff.accounts"}, far=False, wrong=_no_sheet),
    "exports:csv": Door(STAFF, lambda w: {"key": "staff.accounts"}, far=False, wrong=_no_sheet),
    "exports:job": Door(NOBODY_ELSE, _export, owner=True),
    "exports:state": Door(NOBODY_ELSE, _export, owner=True),
    "exports:file": Door(NOBODY_ELSE, _export, owner=True),
    # messages
    "messages:index": Door(may(P.VIEW_MESSAGES)),
    "messages:retry_all": Door(may(P.SEND_NOTICES), post=True),
    "messages:notice": Door(may(P.VIEW_MESSAGES), _notice),
    "messages:retry": Door(may(P.SEND_NOTICES, P.MANAGE_CHANNELS), _notice, post=True),
    "messages:give_up": Door(may(P.SEND_NOTICES, P.MANAGE_CHANNELS), _notice, post=True),
    "messages:compose": Door(may(P.SEND_NOTICES)),
    "messages:letter": Door(may(P.VIEW_MESSAGES), one(letter_id="letter")),
    "messages:channel_new": Door(
        may(P.MANAGE_CHANNELS), lambda w: {"kind": "sms"}, wrong=lambda w: {"kind": "no-such"}
    ),
    "messages:channel": Door(may(P.MANAGE_CHANNELS), _channel),
    "messages:channel_enable": Door(may(P.MANAGE_CHANNELS), _channel, post=True),
    "messages:channel_test": Door(may(P.MANAGE_CHANNELS), _channel, post=True),
    "messages:channel_remove": Door(may(P.MANAGE_CHANNELS), _channel, post=True),
    "inbox:index": Door(SIGNED_IN),
    "inbox:read": Door(SIGNED_IN, post=True),
    "inbox:bell": Door(SIGNED_IN),
    # personal data
    "privacy:index": Door(PRIVACY),
    "privacy:days": Door(may(P.MANAGE_PRIVACY), lambda w: {"key": "sign_ins"}, post=True, wrong=_no_sheet),
    "privacy:response": Door(may(P.MANAGE_PRIVACY), post=True),
    "privacy:erasure": Door(PRIVACY, _erasure),
    "privacy:progress": Door(PRIVACY, _erasure),
    "privacy:decide": Door(may(P.MANAGE_PRIVACY), _erasure, post=True, data={"step": "withdraw"}),
    "privacy:protocol": Door(PRIVACY, _done),
    "privacy:protocol_text": Door(PRIVACY, _done),
    "privacy:protocol_json": Door(PRIVACY, _done),
    "privacy:protocol_docx": Door(PRIVACY, _done),
    "privacy:protocol_pdf": Door(PRIVACY, _done),
    "privacy:held": Door(may(P.MANAGE_PRIVACY), _of_worker),
    "privacy:reveal": Door(may(P.REVEAL_PERSONAL), _of_worker),
    "privacy:hide": Door(may(P.REVEAL_PERSONAL), _of_worker),
    # trail, machine
    "audit:index": Door(may(P.VIEW_AUDIT)),
    "audit:verify": Door(may(P.VERIFY_AUDIT)),
    "audit:switches": Door(may(P.VIEW_AUDIT)),
    "audit:record": Door(may(P.VIEW_AUDIT), one(record_id="record")),
    "audit:rows": Door(
        may(P.VIEW_AUDIT), fixed(one(record_id="record"), label="people.employment"), wrong=_no_table
    ),
    "audit:history": Door(
        may(P.VIEW_AUDIT), lambda w: {"label": "people.employment", "object_id": str(w.worker)}
    ),
    "audit:export": Door(may(P.VIEW_AUDIT), post=True),
    "jobs:index": Door(SIGNED_IN),  # everybody sees the work he started himself
    "jobs:detail": Door(may(P.MANAGE_JOBS), _run),
    "jobs:progress": Door(may(P.MANAGE_JOBS), _run),
    "jobs:cancel": Door(may(P.MANAGE_JOBS), _run, post=True),
    "jobs:retry": Door(may(P.MANAGE_JOBS), _run, post=True),
    "settings:index": Door(may(P.MANAGE_SETTINGS)),
    "settings:change": Door(may(P.MANAGE_SETTINGS), lambda w: {"key": "accounts.idle_minutes"}, post=True),
}
