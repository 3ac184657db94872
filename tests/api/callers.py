"""A program that calls the API with a key, without a network between."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from postroom.team.api_keys import KeyWish, make_key
from postroom.team.models import Scope, User

V1 = "/api/v1"
# One for all: each would load the middleware anew. The API sets no cookie that it could keep.
CLIENT = Client(raise_request_exception=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever has this key, or none."""

    key: str = ""

    def ask(self, verb: str, path: str, body: object = None, **headers: str) -> Any:
        """The response to one request; `path` as the OpenAPI has it."""
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return CLIENT.generic(
            verb,
            path if path.startswith("/api") else V1 + path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=own | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, path: str, **headers: str) -> Any:
        """What stands there, which must be JSON."""
        response = self.ask("GET", path, **headers)
        assert response.status_code == 200, response.content
        return response.json()


def caller(user: User, scope: Scope = Scope.READ) -> Caller:
    """A program with a new key of the user."""
    return Caller(make_key(user, KeyWish("Test", scope), None, timezone.now())[1])


def writer(user: User) -> Caller:
    """A program that may write."""
    return caller(user, Scope.WRITE)
