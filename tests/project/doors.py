"""Who may open which address: the declared table. A NEW ADDRESS NEEDS ONE LINE HERE.

One line says the name of the address, who may use it, and, when the address names an object, how to get one:

    "workers:detail": Door(may(P.VIEW_WORKERS), lambda w: {"pk": w.worker}),
    "workers:merge": Door(may(P.EDIT_WORKERS), lambda w: {"pk": w.worker}, post=True),

``may(...)`` are the roles with any of the permissions; ``EVERYBODY`` needs no sign-in, ``SIGNED_IN`` any account.
Objects belong to the first enterprise (or to the zone): the test asks once with a role for the whole zone, which
must get in, and once with the same role for the second enterprise only, which must get 403 or 404.
``far=False`` says that the right has no place (accounts, the machine itself). ``vague=True``: an allowed person
may get 404, because no object is made here (a wrong token may get 403 too). ``token=False``: the address carries
its own authority and needs no form token.
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
    vague: bool = False
    token: bool = True


NOBODY_ELSE: frozenset[Role] = frozenset()
"""The object belongs to one account; no role opens it to another."""
SYSTEM = frozenset({R.SYSTEM_ADMIN})
STAFF = may(P.MANAGE_ACCOUNTS, P.EDIT_STRUCTURE)
INVITES = may(P.MANAGE_ACCOUNTS, P.EDIT_STRUCTURE, P.EDIT_ENTERPRISE)
PRIVACY = may(P.MANAGE_PRIVACY, P.ORDER_ERASURE, P.VERIFY_AUDIT)
READERS = may(P.WRITE_DOCUMENTS, P.ISSUE_DOCUMENTS, P.EDIT_TEMPLATES)
ENTERPRISES, FILES = may(P.VIEW_ENTERPRISES), may(P.EDIT_ENTERPRISE)


def _user(w: World) -> dict[str, Any]:
    return {"user_id": w.user}


def _firm(w: World) -> dict[str, Any]:
    return {"pk": w.enterprise}


def _version(w: World) -> dict[str, Any]:
    return {"pk": w.version}


def _draft(w: World) -> dict[str, Any]:
    return {"pk": w.draft}


def _seat(w: World) -> dict[str, Any]:
    return {"pk": w.seat}


def _import(w: World) -> dict[str, Any]:
    return {"pk": w.import_job}


def _worker(w: World) -> dict[str, Any]:
    return {"pk": w.worker}


def _paper(w: World) -> dict[str, Any]:
    return {"pk": w.paper}


def _run(w: World) -> dict[str, Any]:
    return {"run_id": w.run}


DOORS: dict[str, Door] = {
    # signing in, and what carries its own authority
    "account_login": Door(EVERYBODY, post=True),
    "account_logout": Door(EVERYBODY, post=True),
    "account_inactive": Door(EVERYBODY),
    "account_signup": Door(EVERYBODY),
    "mfa_authenticate": Door(EVERYBODY),  # leads back to the sign-in unless a password was just right
    "demo": Door(EVERYBODY, vague=True),  # exists for demo mode on this machine only
    "setup": Door(EVERYBODY, lambda w: {"token": "wrong"}, far=False, vague=True),
    "join": Door(EVERYBODY, lambda w: {"token": "wrong"}, far=False, vague=True),
    "enrol_device": Door(EVERYBODY, lambda w: {"token": "wrong"}, far=False, vague=True),
    "ack": Door(EVERYBODY, lambda w: {"token": w.ack}, far=False, token=False, vague=True),
    "reading:read": Door(EVERYBODY, lambda w: {"token": "wrong"}, far=False, token=False, vague=True),
    "messages:report": Door(
        EVERYBODY, lambda w: {"token": "wrong"}, post=True, far=False, token=False, vague=True
    ),
    "account_set_password": Door(SIGNED_IN, vague=True),  # says that there is no password to set
    "health": Door(EVERYBODY),
    "set_language": Door(EVERYBODY, post=True),
    "ui-gallery": Door(EVERYBODY, vague=True),  # exists while developing only
    # one's own account
    "account_change_password": Door(SIGNED_IN, post=True),
    "account_reauthenticate": Door(SIGNED_IN, post=True),
    "mfa_index": Door(EVERYBODY),  # leads to security:index
    "mfa_list_webauthn": Door(EVERYBODY),  # leads to security:index
    "mfa_reauthenticate": Door(SIGNED_IN, post=True),
    "mfa_reauthenticate_webauthn": Door(SIGNED_IN, post=True),
    "mfa_activate_totp": Door(SIGNED_IN),
    "mfa_deactivate_totp": Door(SIGNED_IN, vague=True),
    "mfa_view_recovery_codes": Door(SIGNED_IN, vague=True),
    "mfa_generate_recovery_codes": Door(SIGNED_IN, post=True),
    "mfa_add_webauthn": Door(SIGNED_IN),
    "mfa_remove_webauthn": Door(SIGNED_IN, lambda w: {"pk": w.key}, far=False, vague=True),
    "mfa_edit_webauthn": Door(SIGNED_IN, lambda w: {"pk": w.key}, far=False, vague=True),
    "security:index": Door(SIGNED_IN),
    "security:enrol": Door(SIGNED_IN),
    "security:keep": Door(SIGNED_IN, post=True),
    "security:end": Door(SIGNED_IN, lambda w: {"session_id": w.session}, post=True, far=False, vague=True),
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
    "devices:revoke": Door(may(P.MANAGE_DEVICES), lambda w: {"device_id": w.device}, post=True),
    # command
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
    "duty:urge": Door(may(P.MANAGE_SEATS), _seat, post=True),
    "switch:scope": Door(may(P.ORDER_SWITCH)),
    "switch:units": Door(may(P.ORDER_SWITCH)),
    "switch:preview": Door(may(P.ORDER_SWITCH), post=True),
    "switch:order": Door(may(P.ORDER_SWITCH), post=True),
    "switch:stand_down": Door(may(P.ORDER_SWITCH)),
    "tasks:mine": Door(may(P.VIEW_TASKS)),
    "tasks:fragment": Door(may(P.VIEW_TASKS)),
    # a seat and a task belong to one person: nobody else, whatever his role
    "tasks:confirm": Door(NOBODY_ELSE, _seat, post=True, data={"eta": "30"}),
    "tasks:arrive": Door(may(P.MANAGE_SEATS), _seat, post=True),
    "tasks:decline": Door(NOBODY_ELSE, _seat, post=True, data={"reason": "\u75c5\u5047"}),
    "tasks:start": Door(NOBODY_ELSE, lambda w: {"pk": w.task}, post=True),
    "tasks:feedback": Door(
        NOBODY_ELSE, lambda w: {"pk": w.task}, post=True, data={"note": "\u5df2\u529e", "count": "1"}
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
    "structure:cancel_absence": Door(
        may(P.REGISTER_ABSENCE), lambda w: {"pk": w.person, "absence_pk": w.absence}, post=True
    ),
    "structure:responsible": Door(may(P.VIEW_STRUCTURE)),
    "structure:version": Door(may(P.VIEW_STRUCTURE), _version),
    "structure:diff": Door(may(P.VIEW_STRUCTURE), _version),
    "structure:clone": Door(may(P.EDIT_STRUCTURE), _version, post=True),
    "structure:draft": Door(may(P.EDIT_STRUCTURE, P.PUBLISH_STRUCTURE), _draft),
    "structure:answer": Door(
        may(P.EDIT_STRUCTURE), lambda w: {"pk": w.draft, "finding_pk": 0}, post=True, vague=True
    ),
    "structure:waive": Door(
        may(P.PUBLISH_STRUCTURE), lambda w: {"pk": w.draft, "finding_pk": 0}, post=True, vague=True
    ),
    "structure:publish": Door(may(P.PUBLISH_STRUCTURE), _draft, post=True),
    "structure:discard": Door(may(P.EDIT_STRUCTURE), _draft, post=True),
    "structure:edit": Door(may(P.EDIT_STRUCTURE), _draft),
    "structure:enterprise_posts": Door(may(P.EDIT_STRUCTURE), _draft, post=True),
    "structure:deputies": Door(may(P.EDIT_STRUCTURE), _draft, post=True),
    "structure:change": Door(may(P.EDIT_STRUCTURE), lambda w: {"pk": w.draft, "what": "group"}, vague=True),
    "structure:change_row": Door(
        may(P.EDIT_STRUCTURE), lambda w: {"pk": w.draft, "what": "group", "row_pk": w.group}, vague=True
    ),
    "structure:remove": Door(
        may(P.EDIT_STRUCTURE),
        lambda w: {"pk": w.draft, "what": "group", "row_pk": w.group},
        post=True,
        vague=True,
    ),
    "readiness:index": Door(may(P.VIEW_STRUCTURE)),
    # enterprises
    "enterprises:index": Door(ENTERPRISES),
    "enterprises:new": Door(FILES),
    "enterprises:batch_risk": Door(FILES, post=True),
    "enterprises:detail": Door(ENTERPRISES, _firm),
    "enterprises:edit": Door(FILES, _firm),
    "enterprises:decide": Door(FILES, lambda w: {"pk": w.enterprise, "what": "risk"}, post=True, vague=True),
    "enterprises:reopen": Door(FILES, lambda w: {"pk": w.enterprise, "row": w.site}, post=True, vague=True),
    "enterprises:scope": Door(FILES, lambda w: {"pk": w.enterprise, "row": w.site}, post=True, vague=True),
    "enterprises:rooms": Door(FILES, lambda w: {"pk": w.enterprise, "row": w.site}, post=True, vague=True),
    "enterprises:add": Door(FILES, lambda w: {"pk": w.enterprise, "kind": "sites"}, vague=True),
    "enterprises:row": Door(
        FILES, lambda w: {"pk": w.enterprise, "kind": "sites", "row": w.site}, vague=True
    ),
    "enterprises:edit_row": Door(
        FILES, lambda w: {"pk": w.enterprise, "kind": "sites", "row": w.site}, vague=True
    ),
    "enterprises:close": Door(
        FILES, lambda w: {"pk": w.enterprise, "kind": "sites", "row": w.site}, post=True, vague=True
    ),
    # the park plan is the zone's; an enterprise sees its own plot on it
    "plan:index": Door(ENTERPRISES, far=False),
    "plan:download": Door(ENTERPRISES, far=False, vague=True),
    "plan:import": Door(may(P.EDIT_TERRITORY)),
    "plan:edit": Door(may(P.EDIT_TERRITORY)),
    "plan:versions": Door(may(P.EDIT_TERRITORY)),
    "plan:restore": Door(may(P.EDIT_TERRITORY), post=True, vague=True),
    # workers
    "search:index": Door(SIGNED_IN),  # finds only what the reader may see
    "workers:index": Door(may(P.VIEW_WORKERS)),
    "workers:alike": Door(may(P.VIEW_WORKERS)),
    "workers:detail": Door(may(P.VIEW_WORKERS), _worker),
    "workers:new": Door(may(P.EDIT_WORKERS)),
    "workers:bulk": Door(may(P.EDIT_WORKERS), post=True),
    "workers:decide": Door(
        may(P.EDIT_WORKERS), lambda w: {"first": w.worker, "second": 0}, post=True, vague=True
    ),
    "workers:person": Door(may(P.EDIT_WORKERS), _worker),
    "workers:terms": Door(may(P.EDIT_WORKERS), _worker),
    "workers:move": Door(may(P.EDIT_WORKERS), _worker),
    "workers:leave": Door(may(P.EDIT_WORKERS), _worker),
    "workers:back": Door(may(P.EDIT_WORKERS), _worker, vague=True),
    # documents
    "documents:index": Door(READERS),
    "documents:numbers": Door(READERS),
    "documents:templates": Door(READERS),
    "documents:example": Door(READERS),
    "documents:new": Door(may(P.WRITE_DOCUMENTS)),
    "documents:preview": Door(may(P.WRITE_DOCUMENTS), post=True),
    "documents:from_activation": Door(may(P.WRITE_DOCUMENTS), lambda w: {"pk": 0}, post=True, vague=True),
    "documents:from_day": Door(may(P.WRITE_DOCUMENTS), post=True, vague=True),
    "documents:organs": Door(may(P.EDIT_TEMPLATES)),
    "documents:series": Door(may(P.EDIT_TEMPLATES), lambda w: {"pk": 0}, post=True, vague=True),
    "documents:upload": Door(may(P.EDIT_TEMPLATES), post=True),
    "documents:text": Door(may(P.EDIT_TEMPLATES), post=True),
    "documents:template": Door(READERS, lambda w: {"pk": 0}, vague=True),
    "documents:switch": Door(may(P.EDIT_TEMPLATES), lambda w: {"pk": 0}, post=True, vague=True),
    "documents:template_file": Door(READERS, lambda w: {"pk": 0, "number": 1}, vague=True),
    "documents:template_sample": Door(READERS, lambda w: {"pk": 0, "number": 1}, vague=True),
    "documents:detail": Door(READERS, _paper, vague=True),
    "documents:edit": Door(may(P.WRITE_DOCUMENTS), _paper, vague=True),
    "documents:submit": Door(READERS, _paper, post=True, vague=True),
    "documents:return": Door(READERS, _paper, post=True, vague=True),
    "documents:issue": Door(READERS, _paper, post=True, vague=True),
    "documents:file_away": Door(READERS, _paper, post=True, vague=True),
    "documents:withdraw": Door(READERS, _paper, post=True, vague=True),
    "documents:void": Door(READERS, _paper, post=True, vague=True),
    "documents:docx": Door(READERS, _paper, vague=True),
    "documents:pdf": Door(READERS, _paper, vague=True),
    # spreadsheets: an import or export belongs to the person who made it
    "imports:index": Door(may(P.EDIT_WORKERS, P.EDIT_ENTERPRISE, P.EDIT_STRUCTURE)),
    "imports:begin": Door(SIGNED_IN, lambda w: {"key": "no-such"}, far=False, vague=True),
    "imports:template": Door(SIGNED_IN, lambda w: {"key": "no-such"}, far=False, vague=True),
    "imports:job": Door(NOBODY_ELSE, _import),
    "imports:state": Door(NOBODY_ELSE, _import),
    "imports:confirm": Door(NOBODY_ELSE, _import, post=True),
    "imports:cancel": Door(NOBODY_ELSE, _import, post=True),
    "imports:resume": Door(NOBODY_ELSE, _import, post=True),
    "imports:errors": Door(NOBODY_ELSE, _import),
    "imports:changes": Door(NOBODY_ELSE, _import),
    "imports:rows": Door(NOBODY_ELSE, _import),
    "imports:result": Door(NOBODY_ELSE, _import),
    "exports:begin": Door(STAFF, lambda w: {"key": "staff.accounts"}, far=False),
    "exports:xlsx": Door(STAFF, lambda w: {"key": "staff.accounts"}, far=False),
    "exports:csv": Door(STAFF, lambda w: {"key": "staff.accounts"}, far=False),
    "exports:job": Door(NOBODY_ELSE, lambda w: {"pk": w.export_job}),
    "exports:state": Door(NOBODY_ELSE, lambda w: {"pk": w.export_job}),
    "exports:file": Door(NOBODY_ELSE, lambda w: {"pk": w.export_job}),
    # messages
    "messages:index": Door(may(P.VIEW_MESSAGES)),
    "messages:retry_all": Door(may(P.SEND_NOTICES), post=True),
    "messages:notice": Door(may(P.VIEW_MESSAGES), lambda w: {"notice_id": 0}, vague=True),
    "messages:retry": Door(may(P.VIEW_MESSAGES), lambda w: {"notice_id": 0}, post=True, vague=True),
    "messages:give_up": Door(may(P.VIEW_MESSAGES), lambda w: {"notice_id": 0}, post=True, vague=True),
    "messages:compose": Door(may(P.SEND_NOTICES)),
    "messages:letter": Door(may(P.VIEW_MESSAGES), lambda w: {"letter_id": 0}, vague=True),
    "messages:channel_new": Door(
        may(P.MANAGE_CHANNELS), lambda w: {"kind": "console"}, far=False, vague=True
    ),
    "messages:channel": Door(may(P.MANAGE_CHANNELS), lambda w: {"channel_id": 0}, vague=True),
    "messages:channel_enable": Door(
        may(P.MANAGE_CHANNELS), lambda w: {"channel_id": 0}, post=True, vague=True
    ),
    "messages:channel_test": Door(may(P.MANAGE_CHANNELS), lambda w: {"channel_id": 0}, post=True, vague=True),
    "messages:channel_remove": Door(
        may(P.MANAGE_CHANNELS), lambda w: {"channel_id": 0}, post=True, vague=True
    ),
    "inbox:index": Door(SIGNED_IN),
    "inbox:read": Door(SIGNED_IN, post=True),
    "inbox:bell": Door(SIGNED_IN),
    # personal data
    "privacy:index": Door(PRIVACY),
    "privacy:days": Door(may(P.MANAGE_PRIVACY), lambda w: {"key": "no-such"}, post=True, vague=True),
    "privacy:response": Door(may(P.MANAGE_PRIVACY), post=True),
    "privacy:erasure": Door(PRIVACY, lambda w: {"pk": 0}, vague=True),
    "privacy:progress": Door(PRIVACY, lambda w: {"pk": 0}, vague=True),
    "privacy:decide": Door(PRIVACY, lambda w: {"pk": 0}, post=True, far=False, vague=True),
    "privacy:protocol": Door(PRIVACY, lambda w: {"pk": 0}, vague=True),
    "privacy:protocol_text": Door(PRIVACY, lambda w: {"pk": 0}, vague=True),
    "privacy:protocol_json": Door(PRIVACY, lambda w: {"pk": 0}, vague=True),
    "privacy:held": Door(may(P.MANAGE_PRIVACY), lambda w: {"kind": "no-such", "pk": 0}, vague=True),
    "privacy:reveal": Door(may(P.REVEAL_PERSONAL), lambda w: {"kind": "no-such", "pk": 0}, vague=True),
    "privacy:hide": Door(may(P.REVEAL_PERSONAL), lambda w: {"kind": "no-such", "pk": 0}, vague=True),
    # trail, machine
    "audit:index": Door(may(P.VIEW_AUDIT)),
    "audit:verify": Door(may(P.VERIFY_AUDIT)),
    "audit:switches": Door(may(P.VIEW_AUDIT)),
    "audit:record": Door(may(P.VIEW_AUDIT), lambda w: {"record_id": 0}, vague=True),
    "audit:history": Door(
        may(P.VIEW_AUDIT),
        lambda w: {"label": "accounts.user", "object_id": str(w.user)},
        far=False,
        vague=True,
    ),
    "audit:export": Door(may(P.VIEW_AUDIT), post=True),
    "jobs:index": Door(SIGNED_IN),  # everybody sees the work he started himself
    "jobs:detail": Door(may(P.MANAGE_JOBS), _run, far=False),
    "jobs:progress": Door(may(P.MANAGE_JOBS), _run, far=False),
    "jobs:cancel": Door(may(P.MANAGE_JOBS), _run, post=True, far=False),
    "jobs:retry": Door(may(P.MANAGE_JOBS), _run, post=True, far=False),
    "settings:index": Door(may(P.MANAGE_SETTINGS)),
    "settings:change": Door(
        may(P.MANAGE_SETTINGS), lambda w: {"key": "accounts.idle_minutes"}, post=True, far=False
    ),
}
