"""A correction changes what its form shows and nothing else: the form has room for a few entries of each kind."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from pingzhan.domain.returnees import api as returnees
from pingzhan.pages.company.returnees.forms import STAYS, TESTS, CorrectForm, local

T = TypeVar("T")


def corrected(form: CorrectForm, opened: returnees.Opened) -> returnees.Declared:
    """Return what a valid form says, with what it did not show as it was. Raises Invalid for an unknown place."""
    said, was = form.declared(), opened.declared.facts
    facts = replace(
        said.facts,
        stays=_and(said.facts.stays, was.stays[STAYS:]),
        tests=_and(said.facts.tests, was.tests[TESTS:]),
        met=_and(said.facts.met, was.met[1:]),
        isolations=_and(said.facts.isolations, was.isolations[1:]),
        episodes=_episodes(form, said, was),
    )
    return replace(said, facts=facts)


def _and(first: tuple[T, ...], more: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *more)))


def _episodes(
    form: CorrectForm, said: returnees.Declared, was: returnees.Facts
) -> tuple[returnees.Episode, ...]:
    """Return the symptoms: each with its own days as they were, unless the days that the form shows were changed."""
    if not was.episodes:
        return said.facts.episodes
    first = was.episodes[0]
    shown = (first.since, first.ended.replace(second=0, microsecond=0) if first.ended else None)
    if (form.cleaned_data["since"], local(form.cleaned_data["ended"])) != shown:
        return said.facts.episodes
    found: list[returnees.Episode] = []
    for one in said.facts.episodes:
        found += [known for known in was.episodes if known.symptom == one.symptom] or [one]
    return tuple(found)
