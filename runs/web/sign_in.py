"""Signing in and out."""

from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from runs.web.gate import page
from runs.workspaces.permissions import Action


@sensitive_post_parameters("password")
def answer_sign_in(request: HttpRequest) -> HttpResponse:
    back = safe_next(request)
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        # login() makes a new session key, so a key planted before signing in opens nothing.
        login(request, form.get_user())
        return redirect(back)
    status = 200 if request.method != "POST" else 400
    context = {"form": form, "next": back}
    return render(request, "sign_in.html", context, status=status)


sign_in = page(Action.PUBLIC, methods=("GET", "POST"))(answer_sign_in)


@page(Action.PUBLIC, methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign_in")


def safe_next(request: HttpRequest) -> str:
    """The page to go back to, if it is one of ours; else the start page."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else "/"
