"""What the database keeps true of a stock, whoever writes: page, import, command line, plain SQL."""

from __future__ import annotations

import pgtrigger


def _raise(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';"


def batch_guard() -> pgtrigger.Trigger:
    """Return the trigger by which the amount of a batch changes through movements alone."""
    return pgtrigger.Trigger(
        name="batch_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
        IF TG_OP = 'DELETE' THEN
            {_raise("库存批次不能删除。")}
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.amount <> 0 THEN
                {_raise("新批次的数量应由入库或盘点登记。")}
            END IF;
            RETURN NEW;
        END IF;
        IF ROW(NEW.enterprise_id, NEW.article, NEW.code, NEW.expires)
            IS DISTINCT FROM ROW(OLD.enterprise_id, OLD.article, OLD.code, OLD.expires) THEN
            {_raise("库存批次的企业、物资、批号和有效期不能改动。")}
        END IF;
        IF NEW.amount <> OLD.amount AND pg_trigger_depth() < 2 THEN
            {_raise("库存数量只能由出入库记录改变。")}
        END IF;
        RETURN NEW;
        """,
    )


def movement_guard() -> pgtrigger.Trigger:
    """Return the trigger that adds a movement to its batch; the check of the batch refuses what is not there.

    The update locks the batch, so two takers follow one another and the second sees what the first left.
    """
    return pgtrigger.Trigger(
        name="movement_guard",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"""
        UPDATE supplies_batch SET amount = amount + NEW.delta
            WHERE id = NEW.batch_id AND enterprise_id = NEW.enterprise_id AND article = NEW.article;
        IF NOT FOUND THEN
            {_raise("出入库记录与批次不符。")}
        END IF;
        RETURN NEW;
        """,  # noqa: S608 - names of our own columns
    )
