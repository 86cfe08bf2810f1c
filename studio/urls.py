"""Every address of the studio: one include per door."""

from django.urls import include, path

urlpatterns = [
    path("", include("runs.mlflow_api.urls")),
    path("w/<slug:workspace>/", include("runs.mlflow_api.urls")),
    path("", include("runs.web.urls")),
]
