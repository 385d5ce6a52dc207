"""A destroyed key stays destroyed, also by plain SQL; a person's row stays as the proof of it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION privacy_destroyed_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.wrapped IS NULL AND (NEW.wrapped IS NOT NULL OR NEW.erased_at IS NULL) THEN
        RAISE EXCEPTION '个人信息已经销毁，密钥不能恢复。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.id <> OLD.id OR NEW.kind <> OLD.kind THEN
        RAISE EXCEPTION '个人信息主体的编号和类别不能修改。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER privacy_destroyed_stays BEFORE UPDATE ON privacy_subject
    FOR EACH ROW EXECUTE FUNCTION privacy_destroyed_stays();
"""

BACKWARD = """
DROP TRIGGER privacy_destroyed_stays ON privacy_subject;
DROP FUNCTION privacy_destroyed_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
