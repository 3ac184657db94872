"""Addresses and domains that are never shared: added many at once, counted, and looked up."""

import pytest

from cast import NOON, account_of, message, person, received, user
from postroom.accounts.exclusions import LinesUnusable, allow_again, exclude, holding_back, list_of
from postroom.accounts.models import Exclusion
from postroom.association.held_back import held_back_by
from postroom.team.models import Act, AuditEntry, Organisation
from postroom.team.organisation import DomainsUnusable, set_own_domains, set_superiors_see

pytestmark = pytest.mark.django_db

LENA = "lena@customer.example"


def test_many_lines_are_added_at_once_and_written_down() -> None:
    ada = user("Ada")
    lines = ["Lena@Customer.example", "", " @law.example ", "*.law.example", "münchen.example"]
    assert exclude(None, lines, ada, NOON) == [LENA, "law.example", "xn--mnchen-3ya.example"]
    assert exclude(None, lines, ada, NOON) == []
    allow_again(list_of(None).get(pattern=LENA), ada, NOON)
    told = AuditEntry.objects.order_by("pk").values_list("act", "subject", "detail")
    assert list(told)[2:] == [
        (Act.EXCLUDED, "xn--mnchen-3ya.example", "the organisation’s list"),
        (Act.EXCLUSION_ENDED, LENA, "the organisation’s list"),
    ]


def test_what_stands_on_a_users_own_list_is_not_told_to_administrators() -> None:
    """Who read the audit log read everybody's doctors and lawyers there."""
    alice = user("Alice")
    exclude(alice, ["doctor@clinic.example", "law.example"], alice, NOON)
    allow_again(list_of(alice).get(pattern="law.example"), alice, NOON)
    hers = "the list of alice@example.com"
    untold = [
        (Act.EXCLUDED, "an address", hers),
        (Act.EXCLUDED, "a domain", hers),
        (Act.EXCLUSION_ENDED, "a domain", hers),
    ]
    entries = AuditEntry.objects.order_by("pk").values_list("act", "subject", "detail")
    assert list(entries) == untold


def test_there_is_no_cap() -> None:
    alice = user("Alice")
    assert len(exclude(alice, [f"d{n}.example" for n in range(3000)], alice, NOON)) == 3000
    assert list_of(alice).count() == 3000
    assert not list_of(None).exists()


@pytest.mark.parametrize("line", ["not an address", "@", "lena@", "a" * 300 + "@x.example"])
def test_a_line_that_is_no_use_saves_nothing(line: str) -> None:
    with pytest.raises(LinesUnusable) as refusal:
        exclude(None, ["good.example", line], None, NOON)
    assert "Nothing was saved" in refusal.value.sentence
    assert not Exclusion.objects.exists()


def test_it_counts_the_emails_with_known_people_that_each_entry_holds_back() -> None:
    alice, bob = user("Alice"), user("Bob")
    Organisation.objects.update_or_create(pk=1, defaults={"own_domains": ["example.com"]})
    person("Lena Lead", LENA)
    ours, theirs = account_of(alice), account_of(bob)
    received(ours, message("One", from_=LENA, to=ours.address))
    received(ours, message("Two", from_=LENA, cc="x@deep.law.example"))
    received(theirs, message("Three", from_=LENA, to=theirs.address))
    received(ours, message("Stranger", from_="who@law.example"))
    lines = [LENA, "law.example", "customer.example", "nobody.example", "example.com"]
    exclude(None, lines, None, NOON)
    exclude(alice, lines[:2], alice, NOON)
    assert held_back_by(list(list_of(None)), None) == {
        LENA: 3,
        "customer.example": 3,
        "law.example": 1,
        "nobody.example": 0,
        "example.com": 0,
    }
    assert held_back_by(list(list_of(alice)), alice) == {LENA: 2, "law.example": 1}


def test_it_says_which_list_holds_back_an_address_and_nothing_of_others_lists() -> None:
    alice, bob = user("Alice"), user("Bob")
    exclude(None, ["customer.example"], None, NOON)
    exclude(alice, [LENA], alice, NOON)
    exclude(bob, ["sub.customer.example"], bob, NOON)
    held = holding_back("Lena <LENA@customer.example>", alice)
    assert held is not None
    assert [str(each) for each in held.by_organisation] == ["customer.example"]
    assert [str(each) for each in held.by_owner] == [LENA]
    deep = holding_back("x@sub.customer.example", alice)
    assert deep is not None
    assert [str(each) for each in deep.by_organisation] == ["customer.example"]
    assert not deep.by_owner
    assert holding_back("no address", alice) is None
    bare = holding_back(LENA, None)
    assert bare is not None
    assert not bare.by_owner


def test_own_domains_and_superiors_are_decided_and_written_down() -> None:
    assert set_own_domains(["@Example.com", "", "example.org."], None, NOON) == [
        "example.com",
        "example.org",
    ]
    for wrong in ("lena@example.com", "no domain", "a/b"):
        with pytest.raises(DomainsUnusable):
            set_own_domains([wrong], None, NOON)
    set_superiors_see(True, None, NOON)
    set_superiors_see(True, None, NOON)
    assert Organisation.get().superiors_see
    assert Organisation.get().own_domains == ["example.com", "example.org"]
    acts = list(AuditEntry.objects.order_by("pk").values_list("act", "detail"))
    assert acts == [
        (Act.DOMAINS_SET, "none before; example.com, example.org now"),
        (Act.SUPERIORS_SET, "nothing by themselves before"),
    ]
