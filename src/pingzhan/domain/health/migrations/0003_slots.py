from django.db import migrations, models

# Until now 1 was the slot before 13:30 and 2 the one after; from now on a slot is the minute at which it begins. Facts
# stay as they are: what was booked to the first check of a day is booked to it still, under its time.
TO_MINUTES = """
ALTER TABLE health_reading DROP CONSTRAINT health_reading_sound;
ALTER TABLE health_reading DISABLE TRIGGER USER;
UPDATE health_reading SET slot = CASE slot WHEN 1 THEN 450 ELSE 810 END WHERE slot IN (1, 2);
ALTER TABLE health_reading ENABLE TRIGGER USER;
ALTER TABLE health_reading ADD CONSTRAINT health_reading_sound CHECK (
    slot BETWEEN 0 AND 1439 AND result BETWEEN 0 AND 3 AND source BETWEEN 0 AND 3
    AND (tenths BETWEEN 340 AND 430) = (result = 0) AND (tenths IS NULL) = (result <> 0)
    AND (NOT fever OR result = 0)
);
UPDATE health_teamcount SET slot = CASE slot WHEN 1 THEN 450 ELSE 810 END WHERE slot IN (1, 2);
"""
# Three checks become two: what was booked to the third joins the second, and the counts with it.
TO_NUMBERS = """
ALTER TABLE health_reading DROP CONSTRAINT health_reading_sound;
ALTER TABLE health_reading DISABLE TRIGGER USER;
UPDATE health_reading SET slot = CASE WHEN slot >= 360 AND slot < 810 THEN 1 ELSE 2 END;
ALTER TABLE health_reading ENABLE TRIGGER USER;
ALTER TABLE health_reading ADD CONSTRAINT health_reading_sound CHECK (
    slot IN (1, 2) AND result BETWEEN 0 AND 3 AND source BETWEEN 0 AND 3
    AND (tenths BETWEEN 340 AND 430) = (result = 0) AND (tenths IS NULL) = (result <> 0)
    AND (NOT fever OR result = 0)
);
CREATE TEMPORARY TABLE counts ON COMMIT DROP AS
    SELECT enterprise_id, team_id, day, CASE WHEN slot >= 360 AND slot < 810 THEN 1 ELSE 2 END AS slot,
        max(done) AS done, max(absent) AS absent, max(fevers) AS fevers
    FROM health_teamcount GROUP BY 1, 2, 3, 4;
DELETE FROM health_teamcount;
INSERT INTO health_teamcount (enterprise_id, team_id, day, slot, done, absent, fevers)
    SELECT enterprise_id, team_id, day, slot, done, absent, fevers FROM counts;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("health", "0002_symptom_reports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reading",
            name="slot",
            field=models.SmallIntegerField(verbose_name="时段"),
        ),
        migrations.AlterField(
            model_name="teamcount",
            name="slot",
            field=models.SmallIntegerField(verbose_name="时段"),
        ),
        migrations.RunSQL(TO_MINUTES, TO_NUMBERS),
    ]
