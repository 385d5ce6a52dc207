"""What never changes again, refused by triggers whoever asks.

Published duties, ended activations, closed seats, lines of the log.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION command_duty_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '已发布的职责清单不能修改，请发布新的一版。' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER command_duty_guard BEFORE UPDATE OR DELETE ON command_duty
    FOR EACH ROW EXECUTE FUNCTION command_duty_guard();

CREATE FUNCTION command_dutyversion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '已发布的职责清单不能删除。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'published' AND NEW.status = 'retired' THEN
        OLD.status := 'retired';
    END IF;
    IF OLD IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION '已发布的职责清单不能修改，请发布新的一版。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER command_dutyversion_guard BEFORE UPDATE OR DELETE ON command_dutyversion
    FOR EACH ROW EXECUTE FUNCTION command_dutyversion_guard();

CREATE FUNCTION command_activation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER command_activation_guard BEFORE UPDATE OR DELETE ON command_activation
    FOR EACH ROW EXECUTE FUNCTION command_activation_guard();

CREATE FUNCTION command_seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '席位不能删除，只能关闭。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        RAISE EXCEPTION '已关闭的席位不能重新启用。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.world, NEW.zone_id, NEW.post_code, NEW.seat_no, NEW.person_id, NEW.duty_key, NEW.opened_at)
        IS DISTINCT FROM
        (OLD.world, OLD.zone_id, OLD.post_code, OLD.seat_no, OLD.person_id, OLD.duty_key, OLD.opened_at) THEN
        RAISE EXCEPTION '席位的岗位、人员和职责不能改动，换人要另开席位。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER command_seat_guard BEFORE UPDATE OR DELETE ON command_seat
    FOR EACH ROW EXECUTE FUNCTION command_seat_guard();

CREATE FUNCTION command_logline_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '值班日志只能追加，不能修改或删除。' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER command_logline_guard BEFORE UPDATE OR DELETE ON command_logline
    FOR EACH ROW EXECUTE FUNCTION command_logline_guard();
"""

BACKWARD = """
DROP TRIGGER command_logline_guard ON command_logline;
DROP TRIGGER command_seat_guard ON command_seat;
DROP TRIGGER command_activation_guard ON command_activation;
DROP TRIGGER command_dutyversion_guard ON command_dutyversion;
DROP TRIGGER command_duty_guard ON command_duty;
DROP FUNCTION command_logline_guard();
DROP FUNCTION command_seat_guard();
DROP FUNCTION command_activation_guard();
DROP FUNCTION command_dutyversion_guard();
DROP FUNCTION command_duty_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("command", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
