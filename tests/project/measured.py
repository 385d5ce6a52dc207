"""The objects of the world that measure sets are made of: a version in force with a restriction, a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pingzhan.domain.measures import api as measures
from pingzhan.domain.territory.models import Unit
from pingzhan.foundation.access.actor import Actor


def measured(zone: Unit, root: Actor) -> dict[str, Any]:
    """Return the numbers of a version, a draft of it that differs, what is in force, and a waiting restriction."""
    version = measures.load_shipped(zone=zone, key="influenza", by=root)
    order = measures.ForceOrder(version=version, posture="emergency", basis="x", document="x", reason="x")
    force = measures.put_in_force(order=order, by=root)
    draft = measures.start_draft(version=version, by=root)
    first = measures.content_of(draft).measures[0]
    measures.save_measure(version=draft, spec=replace(first, clause="x"), key=first.key, by=root)
    return {
        "measure_version": version.pk,
        "measure_draft": draft.pk,
        "measure_row": draft.measures.order_by("sort")[0].pk,
        "measure_parameter": draft.parameters.order_by("sort")[0].pk,
        "measure_force": force.pk,
        "held_restriction": force.restrictions.get(state="held").pk,
        "restriction": force.restrictions.filter(state="in_force")[0].pk,
    }
