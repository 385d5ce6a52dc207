"""What the product takes away from the sign-in library: the last key of a far-reaching role, a first password."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from tests.factories import account

PASSWORD = "qingshan-lushui-26"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


def key_of(user: User, name: str = "钥匙") -> Authenticator:
    return Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )


@pytest.mark.second_factor
def test_a_key_is_removed_unless_it_is_the_last_factor_or_another_persons() -> None:
    user = account(Role.DUTY_OFFICER)
    user.set_password(PASSWORD)
    user.save()
    secret = generate_totp_secret()
    totp = TOTP.activate(user, secret).instance
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    now = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post("/accounts/2fa/authenticate/", {"code": now})
    key, other = key_of(user), key_of(account(Role.DUTY_OFFICER))
    assert client.post(f"/accounts/2fa/keys/{other.pk}/remove/").status_code == 404
    assert client.get(f"/accounts/2fa/keys/{key.pk}/remove/").status_code == 200
    assert Authenticator.objects.filter(type="webauthn").count() == 2
    assert client.post(f"/accounts/2fa/keys/{key.pk}/remove/").status_code == 302
    assert set(Authenticator.objects.filter(type="webauthn")) == {other}
    last = key_of(user)
    Authenticator.objects.filter(pk=totp.pk).delete()
    answer = client.post(f"/accounts/2fa/keys/{last.pk}/remove/")
    assert answer.status_code == 409
    assert "必须使用双因素登录" in answer.content.decode()
    assert Authenticator.objects.filter(pk=last.pk).exists()


def test_nobody_gives_himself_a_first_password() -> None:
    user = account(Role.OFFICIAL)
    client = Client()
    assert client.get("/accounts/password/set/").headers["Location"].startswith("/accounts/login/")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/accounts/password/change/").headers["Location"] == "/accounts/password/set/"
    assert client.get("/accounts/password/set/").status_code == 404
    sent = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/password/set/", sent).status_code == 404
    user.refresh_from_db()
    assert not user.has_usable_password()
