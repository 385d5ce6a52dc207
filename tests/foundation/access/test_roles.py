from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingzhan.foundation.access.actor import (
    ANONYMOUS,
    Actor,
    link_actor,
    require,
    require_site,
    system_actor,
)
from pingzhan.foundation.access.roles import PERMISSION_LABELS, ROLES, SITE_WIDE, Permission, Role, roles_with
from pingzhan.kernel.errors import Refused

R, P = Role, Permission

ALLOWED: dict[Permission, set[Role]] = {
    P.VIEW_CONSOLE: {R.DUTY_OFFICER, R.LEADER},
    P.ORDER_SWITCH: {R.DUTY_OFFICER, R.LEADER},
    P.EDIT_STRUCTURE: {R.ORGANISER},
    P.PUBLISH_STRUCTURE: {R.ORGANISER, R.LEADER},
    P.VIEW_STRUCTURE: set(R) - {R.COMPANY, R.GATE_GUARD, R.SAMPLER, R.LABORATORY},
    P.MANAGE_SEATS: {R.DUTY_OFFICER, R.LEADER},
    P.VIEW_TASKS: {R.DUTY_OFFICER, R.LEADER, R.ORGANISER, R.OFFICIAL, R.COMPANY, R.CLERK},
    P.VIEW_AUDIT: {R.AUDITOR, R.DUTY_OFFICER, R.LEADER},
    P.VERIFY_AUDIT: {R.AUDITOR},
    P.MANAGE_ACCOUNTS: {R.SYSTEM_ADMIN, R.SECURITY_ADMIN},
    P.EDIT_TERRITORY: {R.SYSTEM_ADMIN, R.ORGANISER},
    P.REGISTER_ABSENCE: {R.DUTY_OFFICER, R.ORGANISER, R.LEADER},
    P.APPROVE_ABSENCE: {R.LEADER},
    P.VIEW_ENTERPRISES: {R.SYSTEM_ADMIN, R.DUTY_OFFICER, R.LEADER, R.ORGANISER, R.COMPANY, R.CLERK},
    P.EDIT_ENTERPRISE: {R.ORGANISER, R.COMPANY, R.CLERK},
    P.VIEW_WORKERS: {R.DUTY_OFFICER, R.LEADER, R.COMPANY, R.PRIVACY_OFFICER},
    P.EDIT_WORKERS: {R.COMPANY},
    P.REVEAL_PERSONAL: {R.DUTY_OFFICER, R.COMPANY, R.PRIVACY_OFFICER},
    P.EXPORT_PERSONAL: {R.PRIVACY_OFFICER},
    P.MANAGE_PRIVACY: {R.PRIVACY_OFFICER},
    P.ORDER_ERASURE: {R.LEADER},
    P.WRITE_DOCUMENTS: {R.CLERK},
    P.ISSUE_DOCUMENTS: {R.CLERK, R.LEADER},
    P.EDIT_TEMPLATES: {R.CLERK},
    P.SEND_NOTICES: {R.DUTY_OFFICER, R.LEADER, R.CLERK},
    P.VIEW_MESSAGES: {R.SYSTEM_ADMIN, R.DUTY_OFFICER, R.LEADER, R.CLERK},
    P.MANAGE_CHANNELS: {R.SYSTEM_ADMIN},
    P.MANAGE_JOBS: {R.SYSTEM_ADMIN},
    P.MANAGE_SETTINGS: {R.SYSTEM_ADMIN},
    P.MANAGE_DEVICES: {R.SECURITY_ADMIN, R.DUTY_OFFICER},
    P.MANAGE_ROSTER: {R.DUTY_OFFICER, R.ORGANISER},
    P.ISSUE_ORDERS: {R.DUTY_OFFICER, R.LEADER},
    P.CHECK_ORDERS: {R.DUTY_OFFICER, R.LEADER},
    P.WRITE_REPORTS: {R.DUTY_OFFICER, R.CLERK},
    P.SIGN_REPORTS: {R.DUTY_OFFICER, R.LEADER},
    P.MANAGE_DRILLS: {R.DUTY_OFFICER, R.LEADER, R.ORGANISER},
    P.ASSIGN_OFFICIALS: {R.DUTY_OFFICER, R.ORGANISER},
    P.MANAGE_MEASURES: {R.ORGANISER},
    P.PUBLISH_MEASURES: {R.LEADER},
    P.WAIVE_OBLIGATIONS: {R.DUTY_OFFICER, R.LEADER},
    P.VIEW_LEDGERS: {R.DUTY_OFFICER, R.LEADER, R.ORGANISER, R.COMPANY},
    P.KEEP_LEDGERS: {R.COMPANY},
    P.KEEP_GATE: {R.COMPANY, R.GATE_GUARD},
    P.VIEW_HEALTH: {R.DUTY_OFFICER, R.COMPANY},
    P.REVIEW_PLANS: {R.DUTY_OFFICER},
    P.HANDLE_INCIDENTS: {R.DUTY_OFFICER, R.LEADER},
    P.VIEW_SCREENING: {R.DUTY_OFFICER, R.LEADER, R.ORGANISER},
    P.PLAN_SCREENING: {R.ORGANISER},
    P.KEEP_SAMPLING: {R.SAMPLER},
    P.ENTER_RESULTS: {R.LABORATORY},
    P.VIEW_RESULTS: {R.DUTY_OFFICER, R.LEADER},
    P.FOLLOW_POSITIVES: {R.DUTY_OFFICER},
}


def actor(*grants: tuple[Role, str]) -> Actor:
    return Actor("user", 1, None, "甲", grants)


@pytest.mark.parametrize("permission", list(Permission))
def test_who_may_and_who_is_refused(permission: Permission) -> None:
    allowed = {role for role in Role if actor((role, "/")).has(permission)}
    assert allowed == ALLOWED[permission]
    assert set(roles_with(permission)) == allowed
    for role in set(Role) - allowed:
        with pytest.raises(Refused):
            require(actor((role, "/")), permission)
    for nobody in (ANONYMOUS, link_actor(3, "乙"), actor()):
        with pytest.raises(Refused):
            require(nobody, permission)


def test_every_role_and_permission_has_its_words() -> None:
    assert set(ROLES) == set(Role)
    assert set(PERMISSION_LABELS) == set(Permission)
    assert all(info.label and info.description and info.permissions for info in ROLES.values())


def test_the_three_administrators_share_no_business_permission() -> None:
    business = {P.ORDER_SWITCH, P.MANAGE_SEATS, P.EDIT_STRUCTURE, P.PUBLISH_STRUCTURE, P.VIEW_CONSOLE}
    for role in (R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDITOR):
        assert not ROLES[role].permissions & business


def test_the_system_itself_may_everything() -> None:
    assert all(system_actor("巡检").has(permission, "/1/") for permission in Permission)
    assert system_actor("巡检").paths(P.VIEW_AUDIT) == ("/",)


def test_a_grant_covers_its_unit_and_those_below_only() -> None:
    some = actor((R.DUTY_OFFICER, "/1/3/"))
    assert some.has(P.ORDER_SWITCH, "/1/3/")
    assert some.has(P.ORDER_SWITCH, "/1/3/77/")
    assert not some.has(P.ORDER_SWITCH, "/1/31/")
    assert not some.has(P.ORDER_SWITCH, "/1/")
    assert not some.has(P.ORDER_SWITCH, "/")
    assert some.has(P.ORDER_SWITCH)


def test_the_refusal_says_what_is_missing_in_words() -> None:
    with pytest.raises(Refused) as anywhere:
        require(actor((R.OFFICIAL, "/")), P.ORDER_SWITCH, "/1/")
    assert anywhere.value.code == "refused"
    assert "下达平战转换命令" in anywhere.value.message
    with pytest.raises(Refused) as scope:
        require(actor((R.DUTY_OFFICER, "/1/3/")), P.ORDER_SWITCH, "/1/")
    assert scope.value.code == "refused_scope"
    assert scope.value.hint


PATHS = st.lists(st.integers(1, 3), max_size=3).map(lambda ids: "/" + "".join(f"{n}/" for n in ids))


@given(grants=st.lists(st.tuples(st.sampled_from(list(Role)), PATHS), max_size=4), path=PATHS)
def test_the_list_filter_agrees_with_the_single_check(grants: list[tuple[Role, str]], path: str) -> None:
    some = actor(*grants)
    for permission in Permission:
        covered = some.paths(permission)
        assert some.has(permission, path) == any(path.startswith(item) for item in covered)
        assert all(not a.startswith(b) for a in covered for b in covered if a != b)


@pytest.mark.parametrize("permission", sorted(SITE_WIDE))
def test_what_concerns_the_site_takes_a_whole_zone(permission: Permission) -> None:
    for path, held in (("/", True), ("/1/", True), ("/1/3/", False), ("/1/3/57/", False)):
        admin = actor((Role.SYSTEM_ADMIN, path))
        assert admin.has(permission) is held, path
        assert admin.has_site(permission) is held, path


def test_an_enterprise_changes_nothing_of_the_site() -> None:
    officer = actor((Role.PRIVACY_OFFICER, "/1/3/"))
    require(officer, P.MANAGE_PRIVACY, "/1/3/")
    with pytest.raises(Refused):
        require_site(officer, P.MANAGE_PRIVACY)
    require_site(actor((Role.PRIVACY_OFFICER, "/1/")), P.MANAGE_PRIVACY)
