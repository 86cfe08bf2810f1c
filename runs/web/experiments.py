"""The page of all experiments."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.web.gate import page
from runs.workspaces.permissions import Action


@page(Action.EXPERIMENT_READ)
def experiments(request: HttpRequest) -> HttpResponse:
    context = {"place": "experiments", "crumbs": [{"label": "Experiments"}]}
    return render(request, "experiments/list.html", context)
