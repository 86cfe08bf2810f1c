"""The bare address: on to the workspace the reader used last."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from runs.web.gate import LAST_WORKSPACE, page
from runs.workspaces.permissions import Action


@page(Action.PUBLIC)
def start(request: HttpRequest) -> HttpResponse:
    slug = request.COOKIES.get(LAST_WORKSPACE, "default")
    is_slug = slug.replace("-", "").replace("_", "").isalnum() and slug.isascii()
    return redirect("experiments", workspace=slug if is_slug else "default")
