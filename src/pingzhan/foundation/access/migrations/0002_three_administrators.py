"""The three administrators exclude each other and every business role, whoever writes the grant."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION access_rolegrant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    administrators CONSTANT text[] := ARRAY['system_admin', 'security_admin', 'auditor'];
BEGIN
    -- Grants of one account are written one after another, so two cannot pass this check together.
    PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM access_rolegrant
        WHERE user_id = NEW.user_id AND id <> NEW.id AND role <> NEW.role
          AND (role = ANY (administrators) OR NEW.role = ANY (administrators))
    ) THEN
        RAISE EXCEPTION '三员（系统管理员、安全管理员、审计员）互不兼任，也不兼业务角色。'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rolegrant_three_administrators';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_rolegrant_guard BEFORE INSERT OR UPDATE OF user_id, role ON access_rolegrant
    FOR EACH ROW EXECUTE FUNCTION access_rolegrant_guard();
"""
BACKWARD = """
DROP TRIGGER access_rolegrant_guard ON access_rolegrant;
DROP FUNCTION access_rolegrant_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
