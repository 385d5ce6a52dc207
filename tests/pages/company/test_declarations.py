"""办理记录 for whoever has no business with one; what it does is tested beside its action."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pingzhan.foundation.access.roles import Role
from tests.factories import account

ADDRESSES = ("declarations:form", "declarations:record")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ADDRESSES)
def test_nobody_finds_what_is_not_his(client: Client, name: str) -> None:
    url = reverse(name, args=[999])
    assert client.get(url).status_code == 302
    client.force_login(account(Role.DUTY_OFFICER))
    assert client.get(url).status_code == 404
    client.force_login(account(Role.CLERK))
    assert client.get(url).status_code == 403
