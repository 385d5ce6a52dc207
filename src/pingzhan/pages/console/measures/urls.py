"""Addresses of 措施集."""

from django.urls import path

from pingzhan.pages.console.measures import drafting, forcing, hazards, views

app_name = "measures"
urlpatterns = [
    path("", views.index, name="index"),
    path("hazard/<slug:key>/", hazards.hazard, name="hazard"),
    path("load/", drafting.load, name="load"),
    path("import/", drafting.import_file, name="import"),
    path("version/<int:pk>/", views.version, name="version"),
    path("version/<int:pk>/file/", views.file, name="file"),
    path("version/<int:pk>/diff/<int:other>/", views.diff, name="diff"),
    path("version/<int:pk>/draft/", drafting.start, name="draft"),
    path("version/<int:pk>/about/", drafting.about, name="about"),
    path("version/<int:pk>/publish/", drafting.publish, name="publish"),
    path("version/<int:pk>/discard/", drafting.discard, name="discard"),
    path("version/<int:pk>/measure/", drafting.measure, name="measure_new"),
    path("version/<int:pk>/measure/<int:row>/", drafting.measure, name="measure"),
    path("version/<int:pk>/measure/<int:row>/remove/", drafting.measure_remove, name="measure_remove"),
    path("version/<int:pk>/parameter/", drafting.parameter, name="parameter_new"),
    path("version/<int:pk>/parameter/<int:row>/", drafting.parameter, name="parameter"),
    path("version/<int:pk>/parameter/<int:row>/remove/", drafting.parameter_remove, name="parameter_remove"),
    path("version/<int:pk>/force/", forcing.put, name="put"),
    path("version/<int:pk>/check/", forcing.check, name="check"),
    path("force/<int:pk>/", forcing.force, name="force"),
    path("force/<int:pk>/withdraw/", forcing.withdraw, name="withdraw"),
    path("force/<int:pk>/propose/", forcing.propose, name="propose"),
    path("restriction/<int:pk>/", forcing.restriction, name="restriction"),
    path("restriction/<int:pk>/check/", forcing.restriction_check, name="restriction_check"),
    path("restriction/<int:pk>/refuse/", forcing.refuse, name="refuse"),
    path("restriction/<int:pk>/lift/", forcing.lift, name="lift"),
]
