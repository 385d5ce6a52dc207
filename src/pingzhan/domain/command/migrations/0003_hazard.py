"""What an emergency is about, fixed with the rest of the order."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION command_activation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '平战转换命令不能删除。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at
            OR NEW.end_kind IS DISTINCT FROM OLD.end_kind OR NEW.end_key IS DISTINCT FROM OLD.end_key) THEN
        RAISE EXCEPTION '已解除的命令不能再改。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.world, NEW.unit_id, NEW.epoch, NEW.level, NEW.structure_version_id, NEW.duty_version_id, NEW.key,
        NEW.basis, NEW.reason, NEW.hazard, NEW.ordered_by_name, NEW.at)
        IS DISTINCT FROM (OLD.world, OLD.unit_id, OLD.epoch, OLD.level, OLD.structure_version_id,
        OLD.duty_version_id, OLD.key, OLD.basis, OLD.reason, OLD.hazard, OLD.ordered_by_name, OLD.at) THEN
        RAISE EXCEPTION '已下达的命令不能改动。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION command_activation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '平战转换命令不能删除。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ended_at IS NOT NULL AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at
            OR NEW.end_kind IS DISTINCT FROM OLD.end_kind OR NEW.end_key IS DISTINCT FROM OLD.end_key) THEN
        RAISE EXCEPTION '已解除的命令不能再改。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.world, NEW.unit_id, NEW.epoch, NEW.level, NEW.structure_version_id, NEW.duty_version_id, NEW.key,
        NEW.basis, NEW.reason, NEW.ordered_by_name, NEW.at)
        IS DISTINCT FROM (OLD.world, OLD.unit_id, OLD.epoch, OLD.level, OLD.structure_version_id,
        OLD.duty_version_id, OLD.key, OLD.basis, OLD.reason, OLD.ordered_by_name, OLD.at) THEN
        RAISE EXCEPTION '已下达的命令不能改动。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("command", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="activation",
            name="hazard",
            field=models.TextField(db_default="", default="", verbose_name="风险种类"),
        ),
        migrations.AddField(
            model_name="activationhistory",
            name="hazard",
            field=models.TextField(db_default="", default="", verbose_name="风险种类"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
