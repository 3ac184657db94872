"""Leads and contacts, their companies, addresses and deals, notes and tasks about them."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from postroom.crm.deal import Deal as Deal
from postroom.crm.deal import DealStage as DealStage
from postroom.crm.deal import Outcome as Outcome
from postroom.crm.erasure import ErasedAddress as ErasedAddress
from postroom.crm.erasure import Erasure as Erasure
from postroom.crm.note import Note as Note
from postroom.crm.task import Task as Task
from postroom.mime import canonical_address
from postroom.team.models import User


class Stage(models.TextChoices):
    """Where a person stands. A converted lead is a contact; their mail stays theirs."""

    LEAD = "lead", "Lead"
    CONTACT = "contact", "Contact"


class Company(models.Model):
    """An organisation that people work for; one row per name, whatever its case."""

    name = models.CharField(max_length=160)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "companies"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="company_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A lead or a contact."""

    stage = models.CharField(max_length=8, choices=Stage.choices, default=Stage.LEAD)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40, blank=True, default="")
    lead_source = models.CharField(max_length=60, blank=True, default="", db_default="")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="people"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["last_name", "first_name", "id"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """First and last name, as one would say it."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def primary_address(self) -> str:
        """The first of the addresses, out of those prefetched; empty when there is none."""
        return next((str(address) for address in self.addresses.all()), "")


class PersonAddress(models.Model):
    """One of a person's email addresses; mail is matched by `canonical`.

    No two people share an address: an email would otherwise belong to both by accident.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(max_length=254)
    canonical = models.CharField(max_length=254, unique=True, editable=False)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["-is_primary", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "person", condition=models.Q(is_primary=True), name="one_primary_address"
            ),
            models.CheckConstraint(condition=~models.Q(canonical=""), name="address_is_usable"),
        ]

    def __str__(self) -> str:
        return self.address

    def save(self, *args: object, **kwargs: object) -> None:
        """Store the address together with the form by which mail is matched."""
        self.address = self.address.strip()
        self.canonical = canonical_address(self.address)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class AddressChange(models.Model):
    """An address came to a person or left them: who did it, and when. Rows are never changed.

    Mail is found by address, so whoever gives a person one may open others' mail with it. `by` is
    None for the command line.
    """

    person = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="address_changes"
    )
    address = models.CharField(max_length=254)
    canonical = models.CharField(max_length=254)
    is_added = models.BooleanField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.address} {'added' if self.is_added else 'removed'}"
