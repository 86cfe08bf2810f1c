"""The tab Images: the gallery of the compared runs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab
from runs.web.run_images import MOST_RUNS


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    address = reverse("images", kwargs={"workspace": request.workspace.slug})
    return {"images_address": address, "run_ids": ",".join(chosen.run_ids)}


TAB = CompareTab("images", "Images", "runs/compare/images.html", read, most=MOST_RUNS)
