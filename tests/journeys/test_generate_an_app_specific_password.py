"""Generate an App-specific Password.

"If the email account you wish to configure in Zoho CRM has the two-factor authentication service
enabled for it, then you must enter the email account's app specific password for IMAP configuration
and NOT your regular email account password."
"""

from collections.abc import Callable

import pytest
from django.test import Client

from postroom.providers import AppPasswordNeed, Provider, popular_providers
from postroom.team.models import User

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

ADDRESSES = {
    "zoho_personal": "alice@zoho.com",
    "gmail": "alice@gmail.com",
    "outlook_com": "alice@outlook.com",
    "microsoft365": "alice@petrel.onmicrosoft.com",
    "yahoo": "alice@yahoo.com",
}


@pytest.mark.parametrize("provider", popular_providers(), ids=lambda provider: provider.name)
def test_each_popular_service_has_its_own_steps_beside_the_field(
    provider: Provider, alice: User, as_user: SignIn
) -> None:
    typed = {"address": ADDRESSES[provider.id], "service": provider.id}
    page = as_user(alice).post("/setup/channels/email/connection/", typed).content.decode()
    if provider.app_password is None:
        assert "lets no program in with a password any more, nor with an app password" in page
        assert 'name="password"' not in page
        return
    assert provider.sign_in.app_password != AppPasswordNeed.NONE
    assert page.count("<li>") >= len(provider.app_password.steps)
    assert f'href="{provider.app_password.url}"' in page
    assert "a code sent to your phone" in page
