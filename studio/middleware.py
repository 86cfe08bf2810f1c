"""What every request passes before a view sees it: checks for all, sessions for pages only.

Programs ask the API doors and sign in with a token on every request. These requests skip sessions,
messages, htmx and the pages' CSP, so a cookie opens no write there; it opens reads of the REST API,
for its documentation and for people who follow a link to it. CSRF needs a cookie, so writes need no
CSRF token either. If another site makes a browser write to them, the Origin check here
refuses it.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import is_same_domain
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from runs.doors import door_at
from runs.workspaces.access import access_of

Respond = Callable[[HttpRequest], HttpResponseBase]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
BODILESS = frozenset({204, 304})
# Probes of an orchestrator ask by the address of the machine.
ANY_HOST = frozenset({"/healthz", "/readyz", "/health", "/version"})
FOREIGN_SITES = frozenset({"cross-site", "same-site"})

# An answer of an API is data: a browser that opens it runs nothing in it.
API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


class TrustMiddleware:
    """Refuse what no view should see: foreign hosts and origins, unclear or oversized bodies, and
    requests to views that are not in the permission table."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        has_session = door_at(request).has_session
        if not has_session:
            request.csrf_processing_done = True
        response = self.check_head(request) or self.get_response(request)
        headers = response.headers
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not has_session:
            headers.setdefault("Content-Security-Policy", API_POLICY)
        if not response.streaming and response.status_code not in BODILESS:
            headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def check_head(self, request: HttpRequest) -> HttpResponse | None:
        """Return a refusal, or None when host, origin and framing of the request are fine."""
        try:
            host = request.get_host()
        except DisallowedHost:
            if request.path_info in ANY_HOST and request.method in SAFE_METHODS:
                return None
            return refuse(request, 400, UNKNOWN_HOST.format(request.META.get("HTTP_HOST", "")[:99]))
        if request.method not in SAFE_METHODS and is_foreign(request, host):
            return refuse(request, 403, FOREIGN_ORIGIN)
        length = request.META.get("CONTENT_LENGTH")
        if length and request.META.get("HTTP_TRANSFER_ENCODING"):
            return refuse(request, 400, "Send Content-Length or Transfer-Encoding, not both.")
        if length and not (length.isascii() and length.isdigit()):
            return refuse(request, 400, "The Content-Length is not a number.")
        return None

    def process_view(
        self, request: HttpRequest, view: Respond, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        """Refuse a view without `access`, and a body above its cap before a byte is read."""
        access = access_of(view, request.method or "")
        if access is None:
            return refuse(request, 403, "This address is not in the permission table.")
        cap = access.max_body_bytes
        if cap is not None and int(request.META.get("CONTENT_LENGTH") or 0) > cap:
            return refuse(request, 413, f"The request body is larger than {cap} bytes.")
        return None


UNKNOWN_HOST = (
    "This studio does not answer to the host name '{}'. Whoever runs it can add the name to "
    "STUDIO_ALLOWED_HOSTS."
)
FOREIGN_ORIGIN = (
    "A page of another site asked for this change. If that site is yours, add its origin to "
    "STUDIO_TRUSTED_ORIGINS."
)


def is_foreign(request: HttpRequest, host: str) -> bool:
    """Tell whether a browser says that another site's page sent this request.

    Programs send neither header. `Origin: null` is a sandboxed or hidden origin: foreign too.
    """
    origin = request.META.get("HTTP_ORIGIN")
    if origin is None:
        return request.META.get("HTTP_SEC_FETCH_SITE") in FOREIGN_SITES
    return origin != f"{request.scheme}://{host}" and not is_trusted(origin)


def is_trusted(origin: str) -> bool:
    """Tell whether STUDIO_TRUSTED_ORIGINS has an origin, exactly or as `https://*.example.com`."""
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    return any(
        asked.scheme == trusted.scheme
        and is_same_domain(asked.netloc, trusted.netloc.removeprefix("*"))
        for trusted in map(urlsplit, settings.CSRF_TRUSTED_ORIGINS)
    )


def refuse(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """Answer in the form of the door that was asked."""
    return door_at(request).refuse(request, status, message)


class WithSession:
    """Mixed into a middleware, it is for doors with a session only."""

    get_response: Respond

    def is_meant(self, request: HttpRequest) -> bool:
        """Tell whether the request passes this middleware."""
        return door_at(request).has_session

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.is_meant(request):
            return super().__call__(request)
        return self.get_response(request)


class WhoIsSignedIn(WithSession):
    """For those that also find out who reads an API from a page of our own."""

    def is_meant(self, request: HttpRequest) -> bool:
        return super().is_meant(request) or is_read_from_own_page(request)


def is_read_from_own_page(request: HttpRequest) -> bool:
    """Tell whether somebody signed in reads an address whose door takes a session for that."""
    return (
        door_at(request).reads_with_session
        and request.method in SAFE_METHODS
        and settings.SESSION_COOKIE_NAME in request.COOKIES
        and "HTTP_AUTHORIZATION" not in request.META
        and request.META.get("HTTP_SEC_FETCH_SITE") not in FOREIGN_SITES
    )


class StaticFiles(WithSession, WhiteNoiseMiddleware):
    """Serves style sheets, scripts and icons."""


class ContentPolicy(WithSession, CSPMiddleware):
    """Sets the pages' Content-Security-Policy."""


class Sessions(WhoIsSignedIn, SessionMiddleware):
    """Opens the session on first use."""


class Authentication(WhoIsSignedIn, AuthenticationMiddleware):
    """Sets `request.user`, who is looked up on first use."""


class Messages(WithSession, MessageMiddleware):
    """Carries a message to the next page."""


class Htmx(WithSession, HtmxMiddleware):
    """Sets `request.htmx`."""
