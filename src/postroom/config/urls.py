"""The URL table: nouns, one line each; the pages are in `web`.

Of allauth only what people here do for themselves. Its whole table would let anyone take a
colleague's address as their own, and ask for passwords by mail.
"""

from allauth.account import views
from django.urls import include, path

sign_in = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
]

urlpatterns = [
    path("accounts/", include(sign_in)),
    path("", include("postroom.web.urls")),
]
