"""Who asks: the user of the key. It is asked anew for each request, so that a revoked one ends."""

from math import ceil

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from postroom.api.problems import NO_KEY, READ_ONLY, TOO_FAST, Problem
from postroom.archive.wall import look_as
from postroom.team.api_keys import find_key
from postroom.team.models import ApiKey, Scope


class KeyRequest(HttpRequest):
    """A request with a key that holds. Only `ApiKeyAuth` lets these through."""

    auth: ApiKey


class ApiKeyAuth(HttpBearer):
    """Lets in whoever has a key of the scope. Raises Problem for all others."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiKey:
        """The key of the request; without one there is nothing to try."""
        key: ApiKey | None = super().__call__(request)
        if key is None:
            raise Problem(NO_KEY)
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """The key, if it holds, is not used too fast, and is for this."""
        found = find_key(token.strip(), timezone.now(), settings.API_PACE)
        if found is None:
            raise Problem(NO_KEY)
        key, wait = found
        if wait:
            seconds = max(1, ceil(wait.total_seconds()))
            raise Problem(TOO_FAST, headers={"Retry-After": str(seconds)})
        if self.scope == Scope.WRITE and key.scope != Scope.WRITE:
            raise Problem(READ_ONLY)
        look_as(key.user_id)
        return key


READ = ApiKeyAuth(Scope.READ)
WRITE = ApiKeyAuth(Scope.WRITE)
