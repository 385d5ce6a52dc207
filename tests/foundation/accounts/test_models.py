from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from pingzhan.foundation.accounts.adapter import ClosedAdapter
from pingzhan.foundation.accounts.models import SetupLink, User

pytestmark = pytest.mark.django_db


def test_an_account_without_a_password_cannot_be_entered_by_one() -> None:
    user = User.objects.create_user("li", name="李某")
    assert not user.has_usable_password()
    assert not user.check_password("")
    assert (str(user), user.get_short_name(), user.is_active, user.is_demo) == ("李某", "李某", True, False)
    assert str(User.objects.create_user("wu")) == "wu"


def test_there_is_no_superuser_and_no_permission_by_flag() -> None:
    assert not hasattr(User, "is_superuser")
    assert not hasattr(User, "has_perm")


def test_user_names_are_unique_and_of_one_form() -> None:
    User.objects.create_user("\uff21li")
    assert User.objects.get().username == "Ali"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("Ali")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("")
    for odd in ("a b", "a/b", "a\n", "a'b"):
        with pytest.raises(ValidationError):
            User(username=odd, password="!").full_clean()
    User(username="张三.zhang-3@x_y+z", password="!").full_clean()


def test_a_used_link_names_its_user_and_lasts_a_while() -> None:
    user = User.objects.create_user("li")
    link = SetupLink.objects.create(token_sha="a" * 64, expires_at=Now() + timedelta(hours=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        SetupLink.objects.filter(pk=link.pk).update(used_at=Now())
    with pytest.raises(IntegrityError), transaction.atomic():
        SetupLink.objects.filter(pk=link.pk).update(used_by=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        SetupLink.objects.create(token_sha="b" * 64, expires_at=Now() - timedelta(hours=1))


def test_no_mail_is_ever_sent(mailoutbox: list[object]) -> None:
    ClosedAdapter().send_mail("account/email/unknown_account", "a@example.org", {})
    assert mailoutbox == []
