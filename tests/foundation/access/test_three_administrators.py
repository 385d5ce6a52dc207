"""The three administrators, whoever acts in whatever order: no account holds two lines of duty."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingzhan.foundation.access.actions import ADMIN_ROLES, grant_role, revoke_role
from pingzhan.foundation.access.actor import actor_of
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.kernel.errors import DomainError

pytestmark = pytest.mark.django_db
STEP = st.tuples(
    st.sampled_from(["grant", "revoke", "sql"]),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(list(Role)),
    st.sampled_from(["/", "/1/"]),
)


def lines(user: User) -> set[str]:
    roles = set(RoleGrant.objects.filter(user=user).values_list("role", flat=True))
    return {role if role in ADMIN_ROLES else "business" for role in roles}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=12))
def test_no_sequence_of_acts_breaks_the_separation(steps: list[tuple[str, int, int, Role, str]]) -> None:
    with transaction.atomic():
        people = [User.objects.create_user(f"p{n}", name="\u67d0") for n in range(4)]
        for user, role in zip(people, (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), strict=False):
            RoleGrant.objects.create(user=user, role=role.value)
        for act, by, whom, role, path in steps:
            own = set(RoleGrant.objects.filter(user=people[by]).values_list("pk", "role"))
            with suppress(DomainError, IntegrityError), transaction.atomic():
                if act == "grant":
                    grant_role(user=people[whom], role=role, unit_path=path, by=actor_of(people[by]))
                elif act == "sql":
                    RoleGrant.objects.bulk_create(
                        [
                            RoleGrant(user=people[whom], role=role.value, unit_path=path),
                            RoleGrant(user=people[whom], role=Role.AUDITOR.value, unit_path=path),
                        ]
                    )
                else:
                    grant = RoleGrant.objects.filter(user=people[whom]).first()
                    if grant is not None:
                        revoke_role(grant=grant, by=actor_of(people[by]))
            if act != "sql":
                assert set(RoleGrant.objects.filter(user=people[by]).values_list("pk", "role")) == own or (
                    by != whom
                )
            for user in people:
                assert len(lines(user)) <= 1
        assert RoleGrant.objects.filter(role=Role.SYSTEM_ADMIN.value).exists()
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
def test_the_database_itself_refuses_a_second_line(role: Role) -> None:
    user = User.objects.create_user("audit", name="\u67d0\u5ba1\u8ba1")
    RoleGrant.objects.create(user=user, role=Role.AUDITOR.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role=role.value)
    other = RoleGrant.objects.create(user=User.objects.create_user("x", name="\u67d0"), role=role.value)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=other.pk).update(user=user)
