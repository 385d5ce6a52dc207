from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from pingzhan.foundation.access.actor import Actor, actor_of, system_actor
from pingzhan.foundation.access.models import RoleGrant
from pingzhan.foundation.access.roles import Role
from pingzhan.foundation.accounts.models import User
from pingzhan.foundation.documents.actions.organs import add_series, save_organ
from pingzhan.foundation.documents.enums import NumberForm
from pingzhan.foundation.documents.models import Organ, Paper
from pingzhan.foundation.documents.papers import PaperKind, draft_paper, parse, submit_paper
from pingzhan.foundation.options import registry as options

MakeActor = Callable[..., Actor]
MakePaper = Callable[..., Paper]
_numbers = itertools.count(1)
ORGAN = "云岭经济开发区管理委员会"


@pytest.fixture(autouse=True)
def quick_hashes(settings: Any) -> None:
    """Hashing a password slowly is Django's own affair."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_options() -> None:
    options.forget()


def make_organ(name: str = ORGAN, unit_path: str = "/") -> Organ:
    root = system_actor("试验")
    organ = save_organ(name=name, mark="", printer=f"{name}办公室", unit_path=unit_path, by=root)
    add_series(organ=organ, code="云开管发" if name == ORGAN else f"{name}发", kinds=KINDS, by=root)
    add_series(
        organ=organ,
        code="应急工作日报" if name == ORGAN else f"{name}日报",
        kinds=[PaperKind.DAILY],
        form=NumberForm.ISSUE,
        by=root,
    )
    return organ


KINDS = [PaperKind.NOTICE, PaperKind.CIRCULAR, PaperKind.LETTER, PaperKind.REPORT]


@pytest.fixture
def organ(db: None) -> Organ:
    return make_organ()


@pytest.fixture
def actor_with(db: None) -> MakeActor:
    """An actor with the given roles for a unit."""

    def make(*roles: Role, path: str = "/", name: str = "某人") -> Actor:
        user = User.objects.create_user(f"d{next(_numbers)}", name=name)
        for role in roles:
            RoleGrant.objects.create(user=user, role=role.value, unit_path=path)
        return actor_of(user)

    return make


@pytest.fixture
def clerk(actor_with: MakeActor) -> Actor:
    return actor_with(Role.CLERK, name="季文秀")


@pytest.fixture
def leader(actor_with: MakeActor) -> Actor:
    return actor_with(Role.LEADER, name="申屠远")


@pytest.fixture
def paper(organ: Organ, clerk: Actor) -> Paper:
    return draft(clerk)


@pytest.fixture
def handed_in(paper: Paper, clerk: Actor) -> Paper:
    return submit_paper(paper=paper, edition=1, by=clerk)


def draft(
    by: Actor, kind: PaperKind = PaperKind.NOTICE, title: str = "关于开展检查的通知", **more: Any
) -> Paper:
    return draft_paper(kind, title, parse("现将有关事项通知如下。\n一、检查内容\n请自查。"), by=by, **more)
