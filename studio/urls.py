"""Every address of the studio, and what is answered where none of them does."""

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from runs.doors import all_addresses, door_at
from runs.http.errors import STATUS, as_studio_error


def refusal(status: int) -> Callable[..., HttpResponse]:
    """Return a handler of Django's that refuses as the door does that was asked."""

    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return door_at(request).refuse(request, status, "")

    return handler


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request that broke outside of any view: the sessions need the database too."""
    door, error = door_at(request), as_studio_error(sys.exception())
    if error is None:
        return door.refuse(request, 500, "")
    return door.refuse(request, STATUS[error.kind], str(error))


urlpatterns = all_addresses()
handler400, handler403, handler404 = map(refusal, (400, 403, 404))
handler500 = failed
