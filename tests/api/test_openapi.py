"""The OpenAPI says what is so: every operation is called with what fits it and what does not."""

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.callers import writer
from api.conftest import LENA
from api.test_who_may_see_what import deal_with, undone
from cast import NOON
from postroom.accounts.models import EmailAccount, Sharing
from postroom.api.problems import KINDS
from postroom.api.v1 import api
from postroom.archive.models import Email
from postroom.crm.models import Person
from postroom.crm.notes import write_note
from postroom.crm.tasks import TaskEntry, add_task
from postroom.team.models import User

OPENAPI = "/api/v1/openapi.json"
CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
CALLS = 300 if os.environ.get("TEST_LONG") == "1" else 15
GOOD_BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/people": {"last_name": "New", "addresses": ["new@x.example"]},
    "POST /api/v1/deals": {"name": "New", "people": [LENA]},
    "POST /api/v1/tasks": {"words": "Call", "due_on": "2027-01-31", "due_time": "14:30"},
    "PUT /api/v1/people/{person_id}/shares/{account_id}": {"addresses": [LENA]},
}


PATHS = api.get_openapi_schema()["paths"]
OPERATIONS = [f"{verb.upper()} {path}" for path, verbs in PATHS.items() for verb in verbs]


@cache
def schema() -> Any:
    """The OpenAPI as it is read, with what our code's constants may be good for: once, for all."""
    return schemathesis.openapi.from_wsgi(OPENAPI, get_wsgi_application())


@pytest.fixture
def in_one_transaction() -> Iterator[None]:
    """A request closes no connection at its end, as with Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("in_one_transaction")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_in_its_declared_shape(
    name: str, alice: User, lena: Person, account: EmailAccount, letter: Email
) -> None:
    EmailAccount.objects.update(sharing=Sharing.CUSTOM)
    verb, path = name.split(" ", 1)
    real = {"person_id": lena.pk, "email_id": letter.pk, "account_id": account.pk, "part": "2"}
    offer = deal_with(lena)
    real |= {"deal_id": offer.pk, "company_id": offer.company_id}
    note = write_note(lena, "Noted.", alice, NOON)
    task = add_task(offer, TaskEntry("Answer it", NOON.date()), alice, NOON)
    real |= {"note_id": note.pk, "task_id": task.pk}
    good = GOOD_BODIES | {"POST /api/v1/notes": {"text": "So.", "person": lena.pk}}
    headers = {"Authorization": f"Bearer {writer(alice).key}"}
    operation = schema()[path][verb]
    statuses: set[int] = set()

    @settings(
        max_examples=CALLS,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_real=st.sampled_from([True, True, False]))
    def call(case: Any, is_real: bool) -> None:
        if is_real and case.path_parameters:
            case.path_parameters = {name: real[name] for name in case.path_parameters}
        if is_real:
            case.body = good.get(name, case.body)
        case.headers = {**(case.headers or {}), **headers}
        with undone():
            response = case.call()
        assert response.status_code != 500
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    call()
    print(f"{name}: {sorted(statuses)}")
    assert statuses & {200, 201, 204}


def test_it_has_every_operation_with_examples_and_no_foreign_address() -> None:
    whole: dict[str, Any] = Client().get(OPENAPI).json()
    assert whole["openapi"] == "3.1.0"
    assert len(OPERATIONS) == 47
    assert "http" not in str(whole["servers"])
    names = [o["operationId"] for verbs in whole["paths"].values() for o in verbs.values()]
    assert len(names) == len(set(names))
    for verbs in whole["paths"].values():
        for verb, operation in verbs.items():
            assert operation["security"] == [{"ApiKeyAuth": []}]
            assert len(operation["description"]) > 10
            declared = {int(status) for status in operation["responses"]}
            problems = {kind.status for kind in KINDS} - {405} - ({403} if verb == "get" else set())
            assert problems < declared
    assert "examples" in str(whole["components"]["schemas"]["NewPerson"])


def test_there_is_no_page_with_scripts_from_elsewhere(alice: User) -> None:
    for path in ("/api/v1/docs", "/api/docs", "/api/v1/redoc"):
        assert Client().get(path).status_code == 404
