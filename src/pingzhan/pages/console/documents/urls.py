"""Addresses of 公文."""

from django.urls import path

from pingzhan.pages.console.documents import acts, organs, templates, views, writing

app_name = "documents"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", writing.new, name="new"),
    path("preview/", writing.preview, name="preview"),
    path("from/order/<int:pk>/", writing.from_activation, name="from_activation"),
    path("from/day/", writing.from_day, name="from_day"),
    path("numbers/", organs.numbers, name="numbers"),
    path("organs/", organs.organs, name="organs"),
    path("organs/<int:pk>/series/", organs.series, name="series"),
    path("templates/", templates.index, name="templates"),
    path("templates/upload/", templates.upload, name="upload"),
    path("templates/text/", templates.text, name="text"),
    path("templates/example.docx", templates.example, name="example"),
    path("templates/<int:pk>/", templates.detail, name="template"),
    path("templates/<int:pk>/switch/", templates.switch, name="switch"),
    path("templates/<int:pk>/<int:number>/file/", templates.file, {"kind": "file"}, name="template_file"),
    path(
        "templates/<int:pk>/<int:number>/sample/", templates.file, {"kind": "sample"}, name="template_sample"
    ),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/submit/", acts.submit, name="submit"),
    path("<int:pk>/return/", acts.send_back, name="return"),
    path("<int:pk>/issue/", acts.issue, name="issue"),
    path("<int:pk>/file/", acts.file_away, name="file_away"),
    path("<int:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path("<int:pk>/void/", acts.void, name="void"),
    path("<int:pk>/paper.docx", views.file, {"kind": "docx"}, name="docx"),
    path("<int:pk>/paper.pdf", views.file, {"kind": "pdf"}, name="pdf"),
]
