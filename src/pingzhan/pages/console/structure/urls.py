"""Addresses of 组织架构."""

from django.urls import path

from pingzhan.pages.console.structure import contactbook, drafts, editor, people, views

app_name = "structure"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("import/", drafts.import_notice, name="import"),
    path("people/", people.index, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/contacts/<int:contact_pk>/remove/", people.remove_contact, name="remove_contact"),
    path("people/<int:pk>/contacts/<int:contact_pk>/verify/", people.verify_contact, name="verify_contact"),
    path("people/<int:pk>/absences/<int:absence_pk>/cancel/", people.cancel_absence, name="cancel_absence"),
    path("responsible/", people.responsible, name="responsible"),
    path("<int:pk>/", views.version, name="version"),
    path("<int:pk>/contacts.<str:suffix>", contactbook.contact_book, name="contact_book"),
    path("<int:pk>/diff/", views.difference, name="diff"),
    path("<int:pk>/clone/", views.clone, name="clone"),
    path("<int:pk>/draft/", drafts.draft, name="draft"),
    path("<int:pk>/findings/<int:finding_pk>/answer/", drafts.answer, name="answer"),
    path("<int:pk>/findings/<int:finding_pk>/waive/", drafts.waive, name="waive"),
    path("<int:pk>/publish/", drafts.publish, name="publish"),
    path("<int:pk>/discard/", drafts.discard, name="discard"),
    path("<int:pk>/edit/", editor.edit, name="edit"),
    path("<int:pk>/edit/enterprise-posts/", editor.enterprise_posts, name="enterprise_posts"),
    path("<int:pk>/edit/deputies/", editor.deputies, name="deputies"),
    path("<int:pk>/edit/<slug:what>/", editor.change, name="change"),
    path("<int:pk>/edit/<slug:what>/<int:row_pk>/", editor.change, name="change_row"),
    path("<int:pk>/edit/<slug:what>/<int:row_pk>/remove/", editor.remove, name="remove"),
]
