"""The URL table: nouns, one line each; the pages are in `web`.

Of allauth only what people here do for themselves. Its whole table would let anyone take a
colleague's address as their own, and ask for passwords by mail.
"""

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as codes
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path
from django.views.generic import RedirectView

from postroom.web.account.security import passkey_removal

# Where allauth would list them stands our own page.
to_security = RedirectView.as_view(pattern_name="security")

sign_in = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
]

second_factors = [
    path("", to_security, name="mfa_index"),
    path("authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("codes/new/", codes.activate_totp, name="mfa_activate_totp"),
    path("codes/removal/", codes.deactivate_totp, name="mfa_deactivate_totp"),
    path("recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"
    ),
    path("passkeys/", to_security, name="mfa_list_webauthn"),
    path("passkeys/new/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path(
        "passkeys/reauthenticate/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/removal/", passkey_removal, name="mfa_remove_webauthn"),
]

urlpatterns = [
    path("accounts/", include(sign_in)),
    path("", include("postroom.api.urls")),
    path("accounts/factors/", include(second_factors)),
    path("", include("postroom.web.urls")),
]
