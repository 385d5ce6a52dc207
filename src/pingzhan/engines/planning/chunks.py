"""Cutting cohorts into chunks: what one team swabs in one go."""

from __future__ import annotations

from dataclasses import dataclass

from pingzhan.engines.planning.instance import Cohort, Instance, Params


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a cohort. ``place`` is the index of its site in the travel matrices (from 1)."""

    id: str
    place: int
    site: str
    cohort: str
    part: int
    persons: int
    tubes: int
    open: int
    close: int
    priority: int
    skill: str = ""


def chunks_of(instance: Instance) -> tuple[Chunk, ...]:
    """Return the chunks in order of site, cohort and part. The identifier is site/cohort/part, from 1."""
    return tuple(
        Chunk(
            f"{site.id}/{cohort.id}/{part}",
            place,
            site.id,
            cohort.id,
            part,
            persons,
            -(-persons // cohort.pool),
            cohort.open,
            cohort.close,
            cohort.priority,
            cohort.skill,
        )
        for place, site in enumerate(instance.sites, start=1)
        for cohort in site.cohorts
        for part, persons in enumerate(cut(cohort, instance.params), start=1)
    )


def cut(cohort: Cohort, params: Params) -> list[int]:
    """Return the persons of each part: whole up to ``chunk_keep``, else near-equal parts of ``chunk_max`` at most."""
    q = cohort.persons
    if q <= params.chunk_keep:
        return [q]
    parts = -(-q // params.chunk_max)
    size, more = divmod(q, parts)
    return [size + 1] * more + [size] * (parts - more)
