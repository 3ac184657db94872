"""The URL table: nouns, one line each; the pages are in `web`."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.account.urls")),
    path("", include("postroom.web.urls")),
]
