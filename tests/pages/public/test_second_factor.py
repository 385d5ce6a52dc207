"""The second factor as the product requires it: no way around, no guessing, no code twice."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pingzhan.foundation.access.actions import issue_password_link, reset_factors, unlock_account
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import SignIn, User
from pingzhan.foundation.audit.models import AuditRecord
from pingzhan.kernel.errors import Refused
from tests.factories import account
from tests.project.doors import DOORS, EVERYBODY
from tests.project.test_doors import names

PASSWORD = "qingshan-lushui-26"
SECRET = generate_totp_secret()
pytestmark = [pytest.mark.django_db, pytest.mark.second_factor]
MUST = {
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.DUTY_OFFICER, Role.LEADER, Role.ORGANISER,
    Role.PRIVACY_OFFICER,
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


def person(*roles: Role, path: str = "/", factor: bool = False) -> User:
    user = account(*roles, path=path)
    user.set_password(PASSWORD)
    user.save()
    if factor:
        TOTP.activate(user, SECRET)
    return user


def code(step: int = 0) -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + step)))


def sign_in(user: User, client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


@pytest.mark.parametrize("role", list(Role))
def test_far_reaching_roles_reach_only_enrolment_without_a_factor(role: Role) -> None:
    client, _answer = sign_in(person(role))
    home = client.get("/", headers={"accept": "text/html"})
    where = home.headers.get("Location", "")
    assert (where == "/security/enrol/") is (role in MUST or role is Role.COMPANY)
    if role not in MUST:
        return
    for path in (
        "/duty/",
        "/staff/",
        "/audit/",
        "/security/",
        "/live/?topics=command",
        "/ui/band/",
        "/jobs/",
    ):
        assert client.get(path).headers["Location"] == "/security/enrol/", path
    assert client.post("/switch/order/").headers["Location"] == "/security/enrol/"
    for path in ("/security/enrol/", "/accounts/2fa/totp/activate/", "/accounts/2fa/keys/add/"):
        assert client.get(path).status_code == 200, path
    assert client.post("/accounts/logout/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_an_invented_persona_in_demo_mode_is_not_asked() -> None:
    user = person(Role.DUTY_OFFICER)
    User.objects.filter(pk=user.pk).update(is_demo=True)
    client = Client()
    client.force_login(user)
    assert client.get("/").headers["Location"] == "/duty/"


def test_enrolling_opens_the_way_and_shows_recovery_codes_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # What runs after the commit runs inside the request; in a test's own transaction it never would.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda fn, **_options: fn())
    client, _answer = sign_in(person(Role.AUDITOR))
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    now = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = client.post("/accounts/2fa/totp/activate/", {"code": now})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    first = client.get("/accounts/2fa/recovery-codes/").content.decode()
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    assert [one for one in codes if one not in first] == []
    assert not any(one in client.get("/accounts/2fa/recovery-codes/").content.decode() for one in codes)
    assert client.get("/").headers["Location"] == "/audit/"
    assert AuditRecord.objects.filter(verb="account.factor_added").exists()


def test_after_the_password_alone_no_address_opens() -> None:
    client, answer = sign_in(person(Role.DUTY_OFFICER, factor=True))
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    for name in set(names()) & set(DOORS):
        door = DOORS[name]
        if door.who == EVERYBODY or door.args is not None or name == "live":
            continue
        answer = client.get(reverse(name))
        place = answer.headers.get("Location", "")
        assert answer.status_code == 405 or place.startswith(
            ("/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/reauth")
        ), name
    assert client.get("/live/?topics=command").status_code == 403


def test_a_right_code_signs_in_under_a_new_session_key_and_is_told_in_the_history() -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    client = Client()
    client.get("/accounts/login/")
    client.session.save()
    sign_in(user, client)
    before = client.session.session_key
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before
    assert client.get("/").headers["Location"] == "/duty/"
    found = SignIn.objects.get(user=user, ok=True)
    assert (found.way, found.factor, found.session_key) == ("password", "totp", client.session.session_key)


def test_a_planted_session_key_is_not_taken_over() -> None:
    user = person(Role.OFFICIAL)
    attacker = Client()
    attacker.get("/accounts/login/")
    session = attacker.session
    session["planted"] = "1"
    session.save()
    planted = str(session.session_key)
    victim = Client()
    victim.cookies["sessionid"] = planted
    sign_in(user, victim)
    assert victim.session.session_key != planted
    attacker.cookies["sessionid"] = planted
    assert "_auth_user_id" not in attacker.session


def test_the_same_code_does_not_work_twice_whatever_the_process() -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    now = code()
    first, _answer = sign_in(user)
    first.post("/accounts/2fa/authenticate/", {"code": now})
    assert "_auth_user_id" in first.session
    cache.clear()
    second, _answer = sign_in(user)
    second.post("/accounts/2fa/authenticate/", {"code": now})
    assert "_auth_user_id" not in second.session


def test_a_recovery_code_works_once() -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    first, _answer = sign_in(user)
    first.post("/accounts/2fa/authenticate/", {"code": spare})
    assert "_auth_user_id" in first.session
    second, _answer = sign_in(user)
    second.post("/accounts/2fa/authenticate/", {"code": spare})
    assert "_auth_user_id" not in second.session


def test_guessing_codes_holds_up_the_account_until_an_administrator_unlocks_it() -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    client, _answer = sign_in(user)
    for n in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": f"00000{n}"})
    page = client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert "\u8f93\u9519\u6b21\u6570\u592a\u591a" in page.content.decode()
    assert sign_in(user)[1].status_code == 429
    assert SignIn.objects.filter(user=user, ok=False, way="factor").count() == 5
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        with pytest.raises(Refused):
            unlock_account(user=user, by=actor_of(person(role)))
    unlock_account(user=user, by=actor_of(person(Role.SYSTEM_ADMIN)))
    again, _answer = sign_in(user)
    again.post("/accounts/2fa/authenticate/", {"code": code()})
    assert "_auth_user_id" in again.session


def test_a_link_for_the_password_does_not_walk_around_the_factor() -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    path = issue_password_link(user=user, by=actor_of(person(Role.SYSTEM_ADMIN)))
    client = Client()
    new = "another-good-one-77"
    answer = client.post(path, {"password": new, "again": new})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session


def test_a_session_older_than_the_factor_must_show_it() -> None:
    user = person(Role.OFFICIAL)
    client, _answer = sign_in(user)
    TOTP.activate(user, SECRET)
    from pingzhan.foundation.access.models import RoleGrant

    RoleGrant.objects.create(user=user, role=Role.DUTY_OFFICER.value)
    assert client.get("/").headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    client.post("/accounts/2fa/reauthenticate/", {"code": code()})
    assert client.get("/").headers["Location"] == "/duty/"


def test_the_last_factor_of_a_far_reaching_role_stays() -> None:
    client, _answer = sign_in(person(Role.DUTY_OFFICER, factor=True))
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    page = client.post("/accounts/2fa/totp/deactivate/").content.decode()
    assert "\u5fc5\u987b\u4f7f\u7528\u53cc\u56e0\u7d20\u767b\u5f55" in page
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_lost_factor_is_reset_by_another_system_administrator_only() -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    client, _answer = sign_in(user)
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        with pytest.raises(Refused):
            reset_factors(user=user, by=actor_of(person(role)))
    admin = person(Role.SYSTEM_ADMIN, factor=True)
    with pytest.raises(Refused):
        reset_factors(user=admin, by=actor_of(admin))
    assert reset_factors(user=user, by=actor_of(admin)) == 1
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    again, _answer = sign_in(user)
    assert again.get("/").headers["Location"] == "/security/enrol/"
    assert SignIn.objects.filter(user=user, way="factor_reset").exists()


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/authenticate/", "/accounts/2fa/totp/activate/", "/security/keep/"]
)
def test_without_the_form_token_nothing_happens(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.OFFICIAL))
    assert client.post(path, {"code": "000000"}).status_code == 403


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_a_foreign_host_on_any_step(place: str) -> None:
    user = person(Role.DUTY_OFFICER, factor=True)
    client = Client()
    client.post(f"/accounts/login/?next={place}", {"login": user.username, "password": PASSWORD})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code(), "next": place})
    assert answer.headers["Location"] == "/"
    answer = client.post(f"/accounts/2fa/reauthenticate/?next={place}", {"code": code(1), "next": place})
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")
    answer = client.post("/accounts/logout/", {"next": place})
    assert answer.headers["Location"] == "/"
