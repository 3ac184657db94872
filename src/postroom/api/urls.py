"""REST and metrics. What is no address of these is said as every problem is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path

from postroom.api.metrics import metrics
from postroom.api.v1 import api


def absent(request: HttpRequest) -> HttpResponse:
    """No such address; `front` says so."""
    raise Http404


urlpatterns = [
    path("api/v1/", api.urls),
    re_path(r"^api/", absent),
    path("metrics", metrics, name="metrics"),
]
