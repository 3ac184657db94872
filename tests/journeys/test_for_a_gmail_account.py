"""For a Gmail Account.

"Sign into your Google Account. Visit the Apps passwords page. From the Select App dropdown list,
select Other. Enter the customized name, for example, IMAP for Zoho CRM. Click Generate. Copy and
paste the unique app-specific password …" Google asks for the name alone today.
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
    link = "https://myaccount.google.com/apppasswords"
    account = usual_refused_then_app_password(visit, alice, "Gmail", "alice@gmail.com", link)
    assert account.provider == "gmail"
