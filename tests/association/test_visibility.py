"""Who may see an email. Design §7, sentence by sentence."""

import pytest

from cast import account_of, message, person, received, shared
from postroom.accounts.models import Activation, Exclusion, PatternUnusable, Sharing
from postroom.archive.models import Email
from postroom.association import visible_to
from postroom.team.models import Organisation, User

pytestmark = pytest.mark.django_db

LEAD = "lena@customer.example"


def mail_with_lead(alice: User, sharing: Sharing, **headers: str) -> Email:
    addresses = {"from_": LEAD, "to": "alice@example.com"} | headers
    return received(account_of(alice, sharing), message(**addresses))


def sees(viewer: User, email: Email) -> bool:
    return visible_to(viewer).filter(pk=email.pk).exists()


@pytest.mark.parametrize("sharing", Sharing)
def test_the_owner_sees_all_of_their_mail(alice: User, sharing: Sharing) -> None:
    assert sees(alice, mail_with_lead(alice, sharing))


def test_private_mail_is_the_owners_alone(alice: User, bob: User) -> None:
    person("Lena Lead", LEAD)
    assert not sees(bob, mail_with_lead(alice, Sharing.PRIVATE))


def test_public_mail_with_a_lead_is_everyones(alice: User, bob: User) -> None:
    person("Lena Lead", LEAD)
    assert sees(bob, mail_with_lead(alice, Sharing.PUBLIC))


def test_public_mail_without_a_known_person_is_the_owners_alone(alice: User, bob: User) -> None:
    assert not sees(bob, mail_with_lead(alice, Sharing.PUBLIC))


def test_a_person_added_later_makes_public_mail_visible_at_once(alice: User, bob: User) -> None:
    email = mail_with_lead(alice, Sharing.PUBLIC)
    person("Lena Lead", "other@customer.example", LEAD)
    assert sees(bob, email)


def test_custom_mail_is_seen_once_the_owner_shares_the_person(alice: User, bob: User) -> None:
    lena = person("Lena Lead", LEAD)
    email = mail_with_lead(alice, Sharing.CUSTOM)
    assert not sees(bob, email)
    shared(email.account, lena)
    assert sees(bob, email)


def test_a_share_of_another_person_shows_nothing(alice: User, bob: User) -> None:
    person("Lena Lead", LEAD)
    email = mail_with_lead(alice, Sharing.CUSTOM)
    shared(email.account, person("Otto Other", "otto@x.example"))
    assert not sees(bob, email)


def test_a_share_of_another_account_shows_nothing(alice: User, bob: User) -> None:
    lena = person("Lena Lead", LEAD)
    email = mail_with_lead(alice, Sharing.CUSTOM)
    shared(account_of(bob, Sharing.CUSTOM), lena)
    assert not sees(bob, email)


@pytest.mark.parametrize(
    "pattern",
    [
        LEAD,
        "customer.example",
        "Lena@Customer.Example",
        "@CUSTOMER.example.",
        "*.customer.example",
        "example",
    ],
)
@pytest.mark.parametrize("is_organisations", [True, False])
def test_excluded_addresses_and_domains_are_never_shared(
    alice: User, bob: User, pattern: str, is_organisations: bool
) -> None:
    person("Lena Lead", LEAD)
    Exclusion.objects.create(owner=None if is_organisations else alice, pattern=pattern)
    email = mail_with_lead(alice, Sharing.PUBLIC)
    assert sees(alice, email)
    assert not sees(bob, email)


def test_one_excluded_participant_among_many_hides_the_email(alice: User, bob: User) -> None:
    person("Lena Lead", LEAD)
    Exclusion.objects.create(pattern="lawyer.example")
    assert not sees(bob, mail_with_lead(alice, Sharing.PUBLIC, cc="secret@lawyer.example"))


@pytest.mark.parametrize(
    ("outsider", "is_hidden"),
    [
        ("partner@mail.lawyer.example", True),
        ("partner@a.b.lawyer.example", True),
        ("partner@notlawyer.example", False),
        ("lawyer.example@x.example", False),
        ("partner@lawyer.example.x.example", False),
        ("partner@lawyer_example", False),
    ],
)
def test_a_domain_is_excluded_with_all_below_it(
    alice: User, bob: User, outsider: str, is_hidden: bool
) -> None:
    person("Lena Lead", LEAD)
    Exclusion.objects.create(pattern="lawyer.example")
    email = mail_with_lead(alice, Sharing.PUBLIC, cc=outsider)
    twin = email.participants.filter(canonical__endswith="@lawyer.example").exists()
    assert not twin, "the unprotected twin compares the domain alone"
    assert sees(bob, email) != is_hidden


def test_an_excluded_address_is_no_domain(alice: User, bob: User) -> None:
    person("Lena Lead", LEAD)
    Exclusion.objects.create(pattern="partner@lawyer.example")
    assert sees(bob, mail_with_lead(alice, Sharing.PUBLIC, cc="x.partner@lawyer.example"))


CANNOT_BE_TOLD = {
    "secret@lawyer..example": "an address that is none",
    "secret at lawyer.example": "words",
    f"{'x' * 320}@lawyer.example": "an address that is too long",
    ", ".join(f"p{n}@x.example" for n in range(2_001)): "too many addresses",
    ", ".join(f"{'p' * 60}{n}@x.example" for n in range(1_000)): "a field that is too large",
}


@pytest.mark.parametrize("cc", CANNOT_BE_TOLD, ids=CANNOT_BE_TOLD.values())
@pytest.mark.parametrize("whose", ["organisation", "owner", "another", "nobody"])
def test_where_there_is_a_list_whoever_cannot_be_told_may_be_on_it(
    alice: User, bob: User, cc: str, whose: str
) -> None:
    person("Lena Lead", LEAD)
    owners = {"organisation": None, "owner": alice, "another": bob}
    if whose in owners:
        Exclusion.objects.create(owner=owners[whose], pattern="lawyer.example")
    email = mail_with_lead(alice, Sharing.PUBLIC, cc=cc)
    assert not email.participants.filter(canonical__endswith="lawyer.example").exists()
    assert sees(alice, email)
    assert sees(bob, email) == (whose in ("another", "nobody"))


@pytest.mark.parametrize("pattern", ["", "no domain", "@", "*.", "a@b..c", "x" * 300])
def test_an_exclusion_that_would_exclude_nobody_is_refused(alice: User, pattern: str) -> None:
    with pytest.raises(PatternUnusable):
        Exclusion.objects.create(pattern=pattern)


def test_anothers_exclusion_hides_nothing_of_mine(alice: User, bob: User) -> None:
    person("Lena Lead", LEAD)
    Exclusion.objects.create(owner=bob, pattern=LEAD)
    assert sees(bob, mail_with_lead(alice, Sharing.PUBLIC))


@pytest.mark.parametrize(
    ("domain", "colleague"),
    [
        ("example.com", "carla@example.com"),
        ("Example.COM.", "carla@example.com"),
        ("bücher.example", "carla@xn--bcher-kva.example"),
        ("example.com", "carla@mail.de.example.com"),
    ],
)
def test_colleagues_are_not_customers(alice: User, bob: User, domain: str, colleague: str) -> None:
    Organisation.objects.create(own_domains=[domain, "no domain"])
    person("Carla Colleague", colleague)
    assert not sees(bob, mail_with_lead(alice, Sharing.PUBLIC, from_=colleague))


@pytest.mark.parametrize("own", ["alice@example.com", "bob@example.com"])
@pytest.mark.parametrize("sharing", [Sharing.PUBLIC, Sharing.CUSTOM])
def test_a_lead_with_a_colleagues_address_opens_no_mailbox(
    alice: User, bob: User, own: str, sharing: Sharing
) -> None:
    lena = person("Lena Lead", LEAD, own)
    private = mail_with_lead(alice, sharing, from_="doctor@clinic.example", cc="bob@example.com")
    shared(private.account, lena)
    with_lena = received(private.account, message(from_=LEAD, to="alice@example.com"))
    assert not sees(bob, private)
    assert sees(bob, with_lena)


def test_excluding_ones_own_domain_hides_no_customers(alice: User, bob: User) -> None:
    Organisation.objects.create(own_domains=["example.com"])
    person("Lena Lead", LEAD)
    Exclusion.objects.create(pattern="example.com")
    assert sees(bob, mail_with_lead(alice, Sharing.PUBLIC))


@pytest.mark.parametrize("name", ["Alice", "Bob"])
def test_deactivated_viewers_see_nothing(alice: User, bob: User, name: str) -> None:
    person("Lena Lead", LEAD)
    email = mail_with_lead(alice, Sharing.PUBLIC)
    User.objects.filter(name=name).update(is_active=False)
    assert not sees(User.objects.get(name=name), email)


def test_mail_of_a_deactivated_account_is_nobodys(alice: User) -> None:
    email = mail_with_lead(alice, Sharing.PUBLIC)
    type(email.account).objects.update(activation=Activation.DEACTIVATED)
    assert not sees(alice, email)


def test_an_administrator_sees_no_more_than_anyone(alice: User, bob: User) -> None:
    bob.is_administrator = True
    bob.save()
    person("Lena Lead", LEAD)
    assert not sees(bob, mail_with_lead(alice, Sharing.PRIVATE))
