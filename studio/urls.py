"""Every address of the studio, and what is answered where none of them does."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from runs.doors import all_addresses, door_at


def refusal(status: int) -> Callable[..., HttpResponse]:
    """Return a handler of Django's that refuses as the door does that was asked."""

    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return door_at(request).refuse(request, status, "")

    return handler


urlpatterns = all_addresses()
handler400, handler403, handler404, handler500 = map(refusal, (400, 403, 404, 500))
