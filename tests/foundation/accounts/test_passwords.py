from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.accounts.passwords import REMEMBERED

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("likai", "first-of-all-11", name="\u6b27\u9633\u6eaa")


@pytest.mark.parametrize(
    "password",
    [
        "short-1",
        "1234567890123",
        "password123",
        "my-likai-2026",
        "MY-LIKAI-2026",
        "\u6b27\u9633\u6eaa-2026-abc",
        "ouyangxi-2026",
        "2026-yangxiou",
        "first-of-all-11",
    ],
)
def test_bad_passwords_are_refused(user: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_the_last_five_cannot_be_used_again_and_the_sixth_can(user: User) -> None:
    used = [f"zhongnan-haitian-{n}x" for n in range(REMEMBERED + 1)]
    for password in used:
        user.set_password(password)
        user.save()
    assert user.past_passwords.count() == REMEMBERED
    for password in used[1:]:
        with pytest.raises(ValidationError):
            validate_password(password, user)
    validate_password(used[0], user)
    user.refresh_from_db()
    assert user.password_at is not None
