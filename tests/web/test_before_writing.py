"""Before a word is written: who may write, and whose name is completed."""

from collections.abc import Callable

from django.test import Client

from cast import person
from postroom.crm.models import Person
from postroom.team.models import Profile, User

SignIn = Callable[[User], Client]
LENA = "lena@customer.example"


def test_who_may_not_integrate_email_reads_whom_to_ask(alice: User, as_user: SignIn) -> None:
    profile = Profile.objects.create(name="Reader", permissions=[])
    User.objects.filter(pk=alice.pk).update(profile=profile)
    assert as_user(alice).get("/writing/new/").status_code == 403


def test_names_typed_in_part_are_completed(lena: Person, bob: User, as_user: SignIn) -> None:
    client = as_user(bob)
    assert f"Lena Lead &lt;{LENA}&gt;" in client.get("/writing/people/?q=len").content.decode()
    for number in range(9):
        person(f"Bo Lead {number}", f"bo{number}@customer.example")
    for words in ("bo", "bob@"):
        shown = client.get(f"/writing/people/?q={words}").content.decode()
        assert "Bob &lt;bob@example.com&gt;" in shown
        assert shown.count("<option") <= 8
    assert "option" not in client.get("/writing/people/?q=l").content.decode()
    assert client.get("/writing/people/?q=%00%25").status_code == 200
