import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0008_planned_again"),
        ("territory", "0002_within_enterprise"),
    ]

    operations = [
        migrations.CreateModel(
            name="Probe",
            fields=[
                (
                    "tube",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="probe",
                        serialize=False,
                        to="screening.tube",
                        verbose_name="采样管",
                    ),
                ),
                (
                    "kind",
                    models.TextField(
                        choices=[("willing", "愿检尽检"), ("spot", "不定期抽检")], verbose_name="类别"
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="probes",
                        to="territory.unit",
                        verbose_name="企业",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="登记时间"
                    ),
                ),
                ("by_name", models.TextField(blank=True, default="", verbose_name="登记人")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["willing", "spot"])),
                        name="probe_known",
                        violation_error_message="检测的类别不对。",
                    )
                ],
                "verbose_name": "愿检和抽检",
                "verbose_name_plural": "愿检和抽检",
            },
        ),
        migrations.RemoveConstraint(
            model_name="round",
            name="testing_round_known",
        ),
        migrations.AlterField(
            model_name="round",
            name="kind",
            field=models.TextField(
                choices=[
                    ("regular", "全员检测"),
                    ("key_groups", "重点人群检测"),
                    ("extra", "临时加测"),
                    ("retest", "复采复检"),
                    ("probe", "愿检尽检和抽检"),
                ],
                default="regular",
                verbose_name="类别",
            ),
        ),
        migrations.AlterField(
            model_name="roundhistory",
            name="kind",
            field=models.TextField(
                choices=[
                    ("regular", "全员检测"),
                    ("key_groups", "重点人群检测"),
                    ("extra", "临时加测"),
                    ("retest", "复采复检"),
                    ("probe", "愿检尽检和抽检"),
                ],
                default="regular",
                verbose_name="类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "probe")),
                fields=("zone", "day"),
                name="testing_round_probes_once",
                violation_error_message="这一天的愿检和抽检已经有一轮。",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["regular", "key_groups", "extra", "retest", "probe"]),
                    ("mode__in", ["swab", "lab", "single"]),
                    ("state__in", ["draft", "planned", "adopted", "running", "closed", "cancelled"]),
                ),
                name="testing_round_known",
                violation_error_message="类别、混采方式或状态不对。",
            ),
        ),
    ]
