"""Error answers: a calm page that says what to do, or the same words as JSON."""

from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

TITLES = {
    400: "That request could not be read",
    403: "You may not do this",
    404: "Nothing here",
    405: "This address does not take that",
    409: "That does not fit the current state",
    413: "Too large",
}
HINTS = {
    400: "Nothing was changed. Go back, correct it and try again.",
    403: "Ask an owner of the workspace for the role you need. Nothing was changed.",
    404: "It may have been renamed, deleted, or never existed. Check the address, or start from "
    "the list of experiments.",
    405: "Open it from a link or a button of the studio instead.",
    409: "Nothing was changed. Reload the page to see how things are now.",
    413: "Nothing was changed. Send less at a time.",
}


def wants_json(request: HttpRequest) -> bool:
    """Whether a script or a part of a page asks, rather than a person for a whole page."""
    if request.headers.get("HX-Request") == "true":
        return True
    return "application/json" in request.headers.get("Accept", "")


def answer(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The problem `status` as a page, or as `{"status", "title", "message", "hint"}`."""
    problem = {
        "status": status,
        "title": TITLES.get(status, "Something went wrong"),
        "message": message,
        "hint": HINTS.get(status, ""),
    }
    if wants_json(request):
        return JsonResponse(problem, status=status)
    return render(request, "errors/problem.html", {"problem": problem}, status=status)


def refuse(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Answer a request that reaches no view, or whose view failed (500)."""
    if status >= 500:
        return server_error(request, status)
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
    refusal = JsonResponse(fields, status=401)
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


def server_error(request: HttpRequest, status: int = 500) -> HttpResponse:
    """A fault of the studio, or its database does not answer (503). The page needs no database."""
    if wants_json(request):
        fields = {
            "status": status,
            "title": "The studio failed",
            "message": "",
            "hint": "Try again.",
        }
        return JsonResponse(fields, status=status)
    return HttpResponse(render_to_string("errors/500.html", {"status": status}), status=status)
