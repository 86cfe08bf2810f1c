"""Error answers: a calm page that says what to do, or the same words as JSON."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from runs.http.errors import retry_after
from runs.web.json_answers import as_json

TITLES = {
    400: "That request could not be read",
    403: "You may not do this",
    404: "Nothing here",
    405: "This address does not take that",
    409: "That does not fit the current state",
    413: "Too large",
    503: "Studio cannot answer right now",
    507: "The disk is full",
}
HINTS = {
    400: "Nothing was changed. Go back, correct it and try again.",
    403: "Ask an owner of the workspace for the role you need. Nothing was changed.",
    404: "It may have been renamed, deleted, or never existed. Check the address, or start from "
    "the list of experiments.",
    405: "Open it from a link or a button of the studio instead.",
    409: "Nothing was changed. Reload the page to see how things are now.",
    413: "Nothing was changed. Send less at a time.",
    503: "Nothing that Studio has confirmed is lost.",
    507: "Nothing that Studio has confirmed is lost.",
}
OUTAGES = frozenset({503, 507})
# What a page may not hold, though a form has sent it.
SECRET_FIELDS = frozenset({"password", "csrfmiddlewaretoken"})


def wants_json(request: HttpRequest) -> bool:
    """Whether a script or a part of a page asks, rather than a person for a whole page."""
    if request.headers.get("HX-Request") == "true":
        return True
    return "application/json" in request.headers.get("Accept", "")


def answer(
    request: HttpRequest, status: int, message: str = "", hint: str | None = None
) -> HttpResponse:
    """The problem `status` as a page, or as `{"status", "title", "message", "hint"}`; the hint is
    the usual one of its status, unless another is given."""
    if status in OUTAGES:
        return outage(request, status, message)
    problem = {
        "status": status,
        "title": TITLES.get(status, "Something went wrong"),
        "message": message,
        "hint": HINTS.get(status, "") if hint is None else hint,
    }
    if wants_json(request):
        return as_json(problem, status=status)
    return render(request, "errors/problem.html", {"problem": problem}, status=status)


def refuse(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Answer a request that reaches no view, or whose view failed (500)."""
    if status == 500:
        return server_error(request)
    if status == 408:
        # Told by a thread that has no database; the browser has stopped in the middle of a form.
        return HttpResponse(f"{message}\n", status=408, content_type="text/plain")
    return answer(request, status, message)


def method_not_allowed(request: HttpRequest, methods: tuple[str, ...]) -> HttpResponse:
    refusal = answer(request, 405)
    refusal["Allow"] = HttpResponseNotAllowed(methods)["Allow"]
    return refusal


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send a person to the sign-in page and back; tell a script, and let htmx move the page."""
    if not wants_json(request):
        return redirect(sign_in_address(request.get_full_path()))
    fields = {"status": 401, "title": "You are signed out", "message": "", "hint": "Sign in again."}
    refusal = as_json(fields, status=401)
    if request.headers.get("HX-Request") == "true":
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = current._replace(scheme="", netloc="").geturl() or "/"
        refusal["HX-Redirect"] = sign_in_address(back)
    return refusal


def sign_in_address(back: str) -> str:
    return f"{reverse('sign_in')}?{urlencode({'next': back})}"


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A write that did not come from one of our own pages, or from one left open too long."""
    return answer(request, 403, "This page was open too long, or the request came from elsewhere.")


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of the studio. The page needs no database."""
    if wants_json(request):
        fields = {"status": 500, "title": "The studio failed", "message": "", "hint": "Try again."}
        return as_json(fields, status=500)
    return HttpResponse(render_to_string("errors/500.html", {"status": 500}), status=500)


def outage(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The studio cannot read or store just now: a page that needs no database and tries again by
    itself, or the same words as JSON."""
    problem = {
        "status": status,
        "title": TITLES[status],
        "message": message,
        "hint": HINTS[status],
    }
    if wants_json(request):
        answer = as_json(problem, status=status)
    else:
        answer = HttpResponse(render_outage(request, problem), status=status)
    answer["Retry-After"] = retry_after(status)
    return answer


def render_outage(request: HttpRequest, problem: dict[str, object]) -> str:
    """The page, made without anything that the database has."""
    context = {
        "problem": problem,
        "sent": sent_fields(request),
        "asks_password": "password" in request.POST,
        "address": request.path,
        "csrf_token": get_token(request),
    }
    return render_to_string("errors/outage.html", context)


def sent_fields(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What a form has sent, so that it can be sent again; None where the page was only read."""
    if request.method in ("GET", "HEAD"):
        return None
    names = [name for name in request.POST if name not in SECRET_FIELDS]
    return [(name, value) for name in names for value in request.POST.getlist(name)]
