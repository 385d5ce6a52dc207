"""Everybody starts on his own first screen and sees only the pages he may open."""

from __future__ import annotations

import pytest
from django.test import Client

from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.pages.console.nav import permitted
from tests.factories import account
from tests.pages.console.conftest import SignIn

FIRST = {
    Role.SYSTEM_ADMIN: "/staff/",
    Role.SECURITY_ADMIN: "/staff/",
    Role.AUDITOR: "/audit/",
    Role.DUTY_OFFICER: "/duty/",
    Role.LEADER: "/wall/",
    Role.ORGANISER: "/structure/",
    Role.OFFICIAL: "/tasks/",
    Role.COMPANY: "/day/",
    Role.CLERK: "/documents/",
    Role.PRIVACY_OFFICER: "/privacy/",
    Role.GATE_GUARD: "/day/gate/",
    Role.SAMPLER: "/field/",
    Role.LABORATORY: "/laboratory/",
}
#: Ledgers of the enterprises' day, for whoever reads them.
LEDGERS = ("plans", "incidents", "supplies", "sanitation", "firm_duty", "production", "training", "canteen")
PAGES = {
    Role.SYSTEM_ADMIN: [
        "structure",
        "roster",
        "readiness",
        "enterprises",
        "plan",
        "messages",
        "people",
        "access",
        "jobs",
        "settings",
    ],
    Role.SECURITY_ADMIN: ["structure", "roster", "readiness", "people", "access", "devices"],
    Role.AUDITOR: ["structure", "roster", "readiness", "audit", "access", "privacy"],
    Role.DUTY_OFFICER: [
        "duty",
        "wall",
        "switch",
        "tasks",
        "structure",
        "roster",
        "drills",
        "orders",
        "frontline",
        "reports",
        "readiness",
        "enterprises",
        "plan",
        "workers",
        "messages",
        "audit",
        "access",
        "devices",
        "returnees",
        "health",
        "compliance",
        "board",
        "measures",
        "gate",
        "goods",
        *LEDGERS,
        "rounds",
        "custody",
        "pursuits",
        "laboratory",
        "testing",
    ],
    Role.LEADER: [
        "duty",
        "wall",
        "switch",
        "tasks",
        "structure",
        "roster",
        "drills",
        "orders",
        "frontline",
        "reports",
        "readiness",
        "enterprises",
        "plan",
        "workers",
        "messages",
        "documents",
        "audit",
        "access",
        "privacy",
        "returnees",
        "health",
        "compliance",
        "board",
        "measures",
        "gate",
        "goods",
        *LEDGERS,
        "rounds",
        "custody",
        "pursuits",
        "laboratory",
        "testing",
    ],
    Role.ORGANISER: [
        "tasks",
        "structure",
        "roster",
        "drills",
        "orders",
        "frontline",
        "reports",
        "readiness",
        "enterprises",
        "plan",
        "imports",
        "people",
        "returnees",
        "health",
        "compliance",
        "board",
        "measures",
        "gate",
        "goods",
        *LEDGERS,
        "rounds",
        "custody",
        "testing",
    ],
    Role.OFFICIAL: ["tasks", "structure", "roster", "orders", "reports", "readiness"],
    Role.COMPANY: [
        "today",
        "tasks",
        "orders",
        "reports",
        "enterprises",
        "plan",
        "workers",
        "imports",
        "returnees",
        "health",
        "compliance",
        "measures",
        "gate",
        "goods",
        *LEDGERS,
        "testing",
    ],
    Role.CLERK: [
        "tasks",
        "structure",
        "roster",
        "orders",
        "reports",
        "readiness",
        "enterprises",
        "plan",
        "imports",
        "messages",
        "documents",
    ],
    Role.PRIVACY_OFFICER: ["structure", "roster", "readiness", "workers", "access", "privacy"],
    Role.GATE_GUARD: ["gate"],
    Role.SAMPLER: ["custody", "sampling"],
    Role.LABORATORY: ["custody", "laboratory"],
}


@pytest.mark.parametrize("role", list(Role))
def test_first_screen(sign_in: SignIn, role: Role) -> None:
    answer = sign_in(role).get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, FIRST[role])


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_navigation(role: Role) -> None:
    assert [entry.key for entry in permitted(actor_of(account(role)))] == PAGES[role]


@pytest.mark.django_db
def test_without_role(sign_in: SignIn) -> None:
    answer = sign_in(account()).get("/")
    assert answer.status_code == 403
    assert "还没有任何角色" in answer.content.decode()


@pytest.mark.django_db
def test_visitor(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"
