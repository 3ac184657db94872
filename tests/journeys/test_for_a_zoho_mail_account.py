"""For a Zoho Mail Account.

"Sign in to your Zoho account. Go to Security > App Passwords. Click Generate New Password. … enter
the App Name and click Generate. Copy the Application-Specific Password. The password will not be
displayed again. You may Delete any password, if you no longer use the app …"
"""

import pytest

from journeys.app_passwords import usual_refused_then_app_password
from journeys.conftest import World
from postroom.team.models import User
from web.browser import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_usual_password_is_refused_and_the_app_password_opens_the_mailbox(
    visit: Visit, alice: User, world: World
) -> None:
    link = "https://accounts.zoho.com/home#security/app_password"
    account = usual_refused_then_app_password(visit, alice, "Zoho Mail", "alice@zoho.com", link)
    assert account.incoming == ("imap.zoho.com", 993, "tls")
