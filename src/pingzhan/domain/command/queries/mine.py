"""What 我的任务 shows one person: his seats, his tasks, and why they are his. One query each."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Case, F, Min, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pingzhan.domain.command.enums import LIVE_TASK_STATES, AckState, Posture, TaskState
from pingzhan.domain.command.models import Seat, SeatCause, Task
from pingzhan.foundation.access.actor import Actor
from pingzhan.foundation.access.roles import Permission
from pingzhan.kernel.errors import NotFound

DONE_SHOWN = timedelta(days=1)
"""Finished tasks stay in sight this long."""


def seats_of_person(person_id: int, world: int = 0) -> QuerySet[Seat]:
    """Return the open seats of a person, the unconfirmed first, then emergency before routine.

    Each with ``level``, the gravest level that keeps it open (None in routine), and with unit, post, group
    and the seat it replaces loaded.
    """
    gravest = (
        SeatCause.objects.filter(seat=OuterRef("pk"), activation__ended_at__isnull=True)
        .values("seat")
        .annotate(level=Min("activation__level"))
        .values("level")
    )
    return (
        Seat.objects.filter(world=world, person=person_id, closed_at__isnull=True)
        .annotate(level=Subquery(gravest))
        .select_related("person", "unit", "post__group", "replaces__person")
        .order_by(
            F("acked_at").asc(nulls_first=True),
            Case(When(posture=Posture.EMERGENCY, then=Value(0)), default=Value(1)),
            "opened_at",
            "pk",
        )
    )


def tasks_of_person(person_id: int, world: int = 0) -> QuerySet[Task]:
    """Return the tasks a person has to finish, the first due first, those without due time last."""
    return (
        _of(person_id, world)
        .filter(state__in=LIVE_TASK_STATES)
        .order_by(F("due_at").asc(nulls_last=True), "-critical", "pk")
    )


def parked_of_person(person_id: int, world: int = 0) -> QuerySet[Task]:
    """Return the routine tasks that wait for the end of the emergency.

    Their seat was closed by the switch, so they are found by its person, not by an open seat.
    """
    return (
        Task.objects.filter(world=world, owner_seat__person=person_id, state=TaskState.PARKED)
        .select_related("owner_seat__post__group", "owner_seat__unit")
        .order_by("pk")
    )


def done_of_person(person_id: int, world: int = 0) -> QuerySet[Task]:
    """Return what a person finished within the last day, newest first."""
    return (
        Task.objects.filter(
            world=world,
            owner_seat__person=person_id,
            state__in=[TaskState.CLOSED, TaskState.CANCELLED],
            done_at__gt=Now() - DONE_SHOWN,
        )
        .select_related("owner_seat__post__group", "owner_seat__unit")
        .order_by("-done_at")
    )


def tasks_of_seat(seat_id: int) -> QuerySet[Task]:
    """Return all tasks a seat owns, live ones first."""
    return (
        Task.objects.filter(owner_seat=seat_id)
        .select_related("owner_seat__post__group", "owner_seat__unit")
        .order_by(
            Case(When(state__in=LIVE_TASK_STATES, then=Value(0)), default=Value(1)),
            F("due_at").asc(nulls_last=True),
            "pk",
        )
    )


def _of(person_id: int, world: int) -> QuerySet[Task]:
    return Task.objects.filter(
        world=world, owner_seat__person=person_id, owner_seat__closed_at__isnull=True
    ).select_related("owner_seat__post__group", "owner_seat__unit")


def unseen_of_person(person_id: int, world: int = 0) -> list[int]:
    """Return the open seats whose order this person has not opened yet."""
    return list(
        Seat.objects.filter(
            world=world, person=person_id, closed_at__isnull=True, ack_state=AckState.GIVEN
        ).values_list("id", flat=True)
    )


def task_for(*, task_id: int, by: Actor) -> Task:
    """Return a task for its owner or for who may direct it. Raises NotFound to everybody else."""
    task = (
        Task.objects.select_related("owner_seat__unit", "owner_seat__post__group").filter(pk=task_id).first()
    )
    if task is None or not (task.owner_seat.person_id == by.person_id or _directs(by, task)):
        raise NotFound(_("没有这项任务，或它不是您的。"))
    return task


def _directs(by: Actor, task: Task) -> bool:
    return by.has(Permission.MANAGE_SEATS, task.owner_seat.unit.path)
