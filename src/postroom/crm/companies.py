"""Find and rename companies, and tell whose a domain is where that is sure."""

from django.db import transaction
from django.db.models import Count, QuerySet

from postroom.crm.models import Company, Person, PersonAddress
from postroom.mime import canonical_address
from postroom.providers.lookup import provider_for_address


class NameTaken(ValueError):
    """Another company is called so."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a company called “{name}” already. Choose another name.")


def find_companies(words: str = "") -> QuerySet[Company]:
    """Companies whose name contains every one of the words, with their figures."""
    companies = Company.objects.annotate(
        people_count=Count("people", distinct=True), deal_count=Count("deals", distinct=True)
    )
    for word in words.split():
        companies = companies.filter(name__icontains=word)
    return companies


@transaction.atomic
def rename(company: Company, name: str) -> None:
    """Call it something else. Raises NameTaken and changes nothing."""
    name = " ".join(name.split())
    if Company.objects.filter(name__iexact=name).exclude(pk=company.pk).exists():
        raise NameTaken(name)
    company.name = name
    company.save(update_fields=["name"])


def company_at(address: str) -> Company | None:
    """The company whose people have addresses at this domain; None unless that is sure.

    It is not where a mail service has the domain, or where people there are of several companies
    or of none.
    """
    domain = canonical_address(address).rpartition("@")[2]
    if not domain or provider_for_address(address):
        return None
    at_it = PersonAddress.objects.filter(canonical__endswith=f"@{domain}")
    people = Person.objects.filter(pk__in=at_it.values("person"))
    companies = set(people.values_list("company", flat=True))
    if len(companies) != 1 or None in companies:
        return None
    return Company.objects.get(pk=companies.pop())
