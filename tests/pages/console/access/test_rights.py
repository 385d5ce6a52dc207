"""The switch itself changes what people may do; the page says who may and why."""

from __future__ import annotations

from typing import Any

import pytest

from pingzhan.domain.command import api as command
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.factor import needs_factor
from pingzhan.foundation.access.roles import Permission, Role
from tests.factories import SmallZone, account
from tests.pages.console.conftest import SignIn

P = Permission
pytestmark = pytest.mark.django_db
HEAD = "\u5b89\u82e5\u6c34"
TESTER = "\u845b\u660e\u8fbe"
MEDIC = "\u4f55\u4ee5\u5b81"
RESPONSIBLE = "\u6885\u6620\u96ea"
STARTS = {
    HEAD: {P.VIEW_CONSOLE, P.ORDER_SWITCH, P.MANAGE_SEATS, P.VIEW_WORKERS},
    TESTER: {P.VIEW_WORKERS, P.MANAGE_DEVICES},
}


def test_a_post_gives_rights_while_the_emergency_lasts(world: SmallZone, sign_in: SignIn) -> None:
    users = {name: world.person_account(name) for name in STARTS}
    for name, permissions in STARTS.items():
        assert not any(actor_of(users[name]).has(one) for one in permissions), name
        assert sign_in(users[name]).get("/duty/").status_code == 403
    order = command.SwitchOrder(
        key="rights", unit=world.zone, level=2, reason="\u8bd5", basis="\u8bd5\u53d11\u53f7"
    )
    command.order_switch(order=order, by=world.root)
    for name, permissions in STARTS.items():
        held = actor_of(users[name])
        assert all(held.has(one, world.firms[0].path) for one in permissions), name
        assert not needs_factor(held), "a post never shuts anybody out of his tasks"
        assert "\u8bd5\u53d11\u53f7" in held.rights[0].reason
    assert not actor_of(users[TESTER]).has(P.ORDER_SWITCH)
    assert sign_in(users[HEAD]).get("/duty/").status_code == 200
    end = command.StandDown(key="rights-end", unit=world.zone, reason="\u7ed3\u675f")
    command.stand_down(order=end, by=world.root)
    for name, permissions in STARTS.items():
        assert not any(actor_of(users[name]).has(one) for one in permissions), name


@pytest.mark.second_factor
def test_without_a_second_factor_the_far_reaching_rights_of_a_post_are_withheld(
    emergency: SmallZone, sign_in: SignIn
) -> None:
    user = emergency.person_account(HEAD)
    client = sign_in(user)
    assert client.get("/tasks/").status_code == 200
    assert client.get("/duty/").status_code == 200
    assert client.get("/switch/").status_code == 403


def test_a_responsible_official_sees_his_enterprise_and_no_other(world: SmallZone) -> None:
    held = actor_of(world.person_account(RESPONSIBLE))
    assert held.has(P.VIEW_WORKERS, world.firms[0].path)
    assert held.paths(P.VIEW_ENTERPRISES) == (world.firms[0].path,)
    assert not held.has(P.VIEW_WORKERS, world.firms[1].path)
    assert not held.has(P.REVEAL_PERSONAL)


def test_the_page_names_everybody_who_can_see_an_enterprise_and_why(
    emergency: SmallZone, sign_in: SignIn
) -> None:
    emergency.person_account(RESPONSIBLE)
    account(Role.COMPANY, name="\u4f01\u4e1a\u8054\u7cfb\u4eba\u7532", path=emergency.firms[0].path)
    account(Role.COMPANY, name="\u4f01\u4e1a\u8054\u7cfb\u4eba\u4e59", path=emergency.firms[1].path)
    page = sign_in(Role.AUDITOR).get(f"/access/?object=unit:{emergency.firms[0].pk}").content.decode()
    for words in (
        "\u4f01\u4e1a\u8054\u7cfb\u4eba\u7532",
        RESPONSIBLE,
        "\u5305\u4f01\u8d23\u4efb\u4eba",
        MEDIC,
        "\u9644\u4ef61",
    ):
        assert words in page, words
    assert "\u4f01\u4e1a\u8054\u7cfb\u4eba\u4e59" not in page


@pytest.mark.parametrize(
    "role", [Role.OFFICIAL, Role.DUTY_OFFICER, Role.COMPANY, Role.CLERK, Role.SYSTEM_ADMIN, Role.ORGANISER]
)
def test_who_may_ask_and_about_whom(world: SmallZone, sign_in: SignIn, role: Role) -> None:
    user = account(role, path=world.firms[0].path if role is Role.COMPANY else "/")
    client = sign_in(user)
    other = account(Role.OFFICIAL)
    assert client.get(f"/access/account/{user.pk}/").status_code == 200
    allowed = role in (Role.SYSTEM_ADMIN, Role.DUTY_OFFICER)
    assert client.get(f"/access/account/{other.pk}/").status_code == (200 if allowed else 404)
    expected = 403 if role is Role.OFFICIAL else 200
    assert client.get("/access/").status_code == expected
    if role is Role.COMPANY:
        assert client.get(f"/access/?object=unit:{world.firms[1].pk}").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_needs_the_same_queries_however_many(
    world: SmallZone, sign_in: SignIn, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        account(Role.OFFICIAL)
    client = sign_in(Role.AUDITOR)
    address = f"/access/?object=unit:{world.zone.pk}"
    client.get(address)
    with django_assert_num_queries(12):
        client.get(address)
