"""Who asks, and who the colleagues are."""

from django.http import HttpResponse
from ninja import Query, Router

from postroom.api.authentication import KeyRequest
from postroom.api.paging import Page, Wanted, by_id, page
from postroom.api.shapes import Me, UserOut
from postroom.team.models import User

router = Router(tags=["Users"])


@router.get("/me", response=Me)
def me(request: KeyRequest) -> dict[str, object]:
    """As whom this key acts, and what it may."""
    key, user = request.auth, request.auth.user
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "is_administrator": user.is_administrator,
        "key": {"name": key.name, "scope": key.scope, "expires_at": key.expires_at},
    }


@router.get("/users", response=Page[UserOut])
def list_users(
    request: KeyRequest, response: HttpResponse, wanted: Query[Wanted]
) -> dict[str, object]:
    """The colleagues by name."""
    found, place = by_id(User.objects.filter(is_active=True), wanted)
    rows = [{"id": user.pk, "name": str(user)} for user in found]
    return page(request, response, rows, place)
