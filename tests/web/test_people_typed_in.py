"""Whatever is typed about a person ends in a page, never in a failure of ours."""

from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from django.test import Client

from cast import person
from postroom.crm.models import Company
from postroom.crm.people import company_called
from postroom.team.models import User

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]

# 138 characters as typed, 311 as mail servers write them.
LONG_IN_ASCII = 60 * "b" + "@" + 4 * ("".join(chr(0x4E00 + 97 * n) for n in range(18)) + ".") + "cn"


@pytest.mark.parametrize("further", ["Lena\0 <lena@customer.example>", LONG_IN_ASCII])
def test_an_address_that_cannot_be_kept_is_refused_at_its_field(
    further: str, alice: User, as_user: SignIn
) -> None:
    form = {"last_name": "Lead", "email": "l@customer.example", "further": further}
    response = as_user(alice).post("/people/new/", form)
    assert response.status_code == 422
    assert "is not an email address" in response.content.decode()


@pytest.mark.parametrize("place", ['["\\ud800", "a", 1]', 20_000 * "["])
def test_a_place_that_nobody_wrote_means_the_beginning(
    place: str, alice: User, as_user: SignIn
) -> None:
    person("Lena Lead", "lena@customer.example")
    after = urlsafe_b64encode(place.encode()).decode()
    assert "Lena Lead" in as_user(alice).get("/leads/", {"after": after}).content.decode()


@pytest.mark.parametrize(
    ("first", "second"), [("Kelvin", "\N{KELVIN SIGN}elvin"), ("Straß", "Stra\u1e9e")]
)
def test_a_company_is_found_by_any_of_its_spellings(first: str, second: str) -> None:
    assert company_called(first) == company_called(second)
    assert Company.objects.count() == 1


def test_the_link_to_write_to_someone_adds_no_other_recipient(alice: User, as_user: SignIn) -> None:
    lena = person("Lena Lead", "lena?bcc=eve%40evil.example&x=@customer.example")
    page = as_user(alice).get(f"/people/{lena.pk}/").content.decode()
    assert 'href="mailto:lena%3Fbcc%3Deve%2540evil.example%26x%3D@customer.example"' in page
