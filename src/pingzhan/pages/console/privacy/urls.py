"""Addresses of 个人信息."""

from django.urls import path

from pingzhan.pages.console.privacy import erasures, reveal, rules

app_name = "privacy"
urlpatterns = [
    path("", rules.index, name="index"),
    path("rules/<str:key>/", rules.days, name="days"),
    path("response/", erasures.end_of_response, name="response"),
    path("erasures/<int:pk>/", erasures.detail, name="erasure"),
    path("erasures/<int:pk>/progress/", erasures.progress, name="progress"),
    path("erasures/<int:pk>/decide/", erasures.decide, name="decide"),
    path("erasures/<int:pk>/protocol/", erasures.paper, name="protocol"),
    path("erasures/<int:pk>/protocol.txt", erasures.paper_text, name="protocol_text"),
    path("erasures/<int:pk>/protocol.json", erasures.paper_json, name="protocol_json"),
    path("erasures/<int:pk>/paper.docx", erasures.paper_file, {"suffix": "docx"}, name="protocol_docx"),
    path("erasures/<int:pk>/paper.pdf", erasures.paper_file, {"suffix": "pdf"}, name="protocol_pdf"),
    path("held/<slug:kind>/<int:pk>/", erasures.held, name="held"),
    path("reveal/<slug:kind>/<int:pk>/", reveal.reveal, name="reveal"),
    path("reveal/<slug:kind>/<int:pk>/hide/", reveal.hide, name="hide"),
]
