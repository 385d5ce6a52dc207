"""What the database itself refuses: a step that a round, plan, tube or box cannot take, a finished plan changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pgtrigger

from pingzhan.domain.screening.enums import BOX_MOVES, PLAN_MOVES, ROUND_MOVES, TUBE_MOVES, PlanState

S = TypeVar("S", bound=str)


def _listed(moves: Mapping[S, frozenset[S]]) -> str:
    return ", ".join(
        f"'{before!s}>{after!s}'" for before, afters in moves.items() for after in sorted(map(str, afters))
    )


def round_moves() -> pgtrigger.Trigger:
    """Return the trigger of the rounds' transition table; a round is never deleted."""
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '检测轮次不能删除，可以取消。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'draft' THEN
                RAISE EXCEPTION '新的检测轮次先要编制计划。' USING ERRCODE = 'restrict_violation';
            END IF;
        ELSIF NEW.state <> OLD.state
            AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{_listed(ROUND_MOVES)}]) THEN
            RAISE EXCEPTION '检测轮次的状态不能这样改变。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


def plan_moves() -> pgtrigger.Trigger:
    """Return the trigger that keeps a version of a plan: its question always, its answer once it is there."""
    unfinished = f"'{PlanState.QUEUED}', '{PlanState.COMPUTING}'"
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '检测计划的版本不能删除。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'queued' THEN
                RAISE EXCEPTION '新的计划版本先要计算。' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.state <> OLD.state
            AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{_listed(PLAN_MOVES)}]) THEN
            RAISE EXCEPTION '计划版本的状态不能这样改变。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.round_id, NEW.number, NEW.instance, NEW.what_if, NEW.seed, NEW.iterations)
            IS DISTINCT FROM (OLD.round_id, OLD.number, OLD.instance, OLD.what_if, OLD.seed, OLD.iterations)
            OR (NEW.base_id, NEW.happened) IS DISTINCT FROM (OLD.base_id, OLD.happened)
            OR (OLD.state NOT IN ({unfinished}) AND (NEW.plan, NEW.score, NEW.greedy)
                IS DISTINCT FROM (OLD.plan, OLD.score, OLD.greedy)) THEN
            RAISE EXCEPTION '计划版本编制后不能改动，请另做一个版本。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


def tube_moves() -> pgtrigger.Trigger:
    """Return the trigger of the transition table. A tube is never deleted, nor moved to another round."""
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '采样管不能删除，可以作废。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'collecting' THEN
                RAISE EXCEPTION '新的采样管先要采样。' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.state <> OLD.state
            AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{_listed(TUBE_MOVES)}]) THEN
            RAISE EXCEPTION '采样管的状态不能这样改变。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.code, NEW.round_id) IS DISTINCT FROM (OLD.code, OLD.round_id) THEN
            RAISE EXCEPTION '采样管的编码和轮次不能改动。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )


def box_moves() -> pgtrigger.Trigger:
    """Return the trigger of the boxes' transition table. A box is never deleted, nor moved to another round."""
    return pgtrigger.Trigger(
        name="moves",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '样本箱不能删除。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'open' THEN
                RAISE EXCEPTION '新的样本箱先要装箱。' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF NEW.state <> OLD.state
            AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[{_listed(BOX_MOVES)}]) THEN
            RAISE EXCEPTION '样本箱的状态不能这样改变。' USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.code, NEW.round_id) IS DISTINCT FROM (OLD.code, OLD.round_id) THEN
            RAISE EXCEPTION '样本箱的编码和轮次不能改动。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
        """,
    )
