"""A published structure version never changes: triggers refuse it whoever asks, also by plain SQL.

The row of the version is share-locked by every change of its content, so nothing can slip in between the
hash taken at publishing and its commit.
"""

from django.db import migrations

CONTENT_TABLES = (
    "organisation_group",
    "organisation_clause",
    "organisation_post",
    "organisation_holding",
)

FORWARD = """
CREATE FUNCTION organisation_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION '已发布的组织架构版本不能删除。' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status = 'draft' THEN
        RETURN NEW;
    END IF;
    IF OLD.status = 'published' AND NEW.status = 'retired' THEN
        OLD.status := 'retired';
    END IF;
    IF OLD IS DISTINCT FROM NEW THEN
        RAISE EXCEPTION '已发布的组织架构版本不能修改，请另建下一版。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION organisation_content_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version bigint;
    other bigint;
    state text;
BEGIN
    IF TG_TABLE_NAME = 'organisation_holding' THEN
        IF TG_OP <> 'INSERT' THEN
            SELECT p.version_id INTO version FROM organisation_post p WHERE p.id = OLD.post_id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            SELECT p.version_id INTO other FROM organisation_post p WHERE p.id = NEW.post_id;
        END IF;
    ELSE
        IF TG_OP <> 'INSERT' THEN
            version := OLD.version_id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            other := NEW.version_id;
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' AND TG_TABLE_NAME IN ('organisation_clause', 'organisation_post') THEN
        IF NOT EXISTS (SELECT FROM organisation_group g WHERE g.id = NEW.group_id AND g.version_id = other) THEN
            RAISE EXCEPTION '工作组不属于这一版组织架构。' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND version IS DISTINCT FROM other THEN
        RAISE EXCEPTION '组织架构的内容不能移到另一版。' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT v.status INTO state FROM organisation_structureversion v
        WHERE v.id = COALESCE(other, version) FOR SHARE;
    IF state IN ('published', 'retired') THEN
        RAISE EXCEPTION '已发布的组织架构版本不能修改，请另建下一版。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
"""

BACKWARD = """
DROP FUNCTION organisation_content_guard();
DROP FUNCTION organisation_version_guard();
"""


def trigger(table: str, when: str, function: str) -> migrations.RunSQL:
    """Return the operation that hangs a guard on a table."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {function} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {function} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
        trigger("organisation_structureversion", "UPDATE OR DELETE", "organisation_version_guard"),
        *(
            trigger(table, "INSERT OR UPDATE OR DELETE", "organisation_content_guard")
            for table in CONTENT_TABLES
        ),
    ]
