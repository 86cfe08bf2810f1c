"""Every address of the studio: one include per door."""

from django.urls import include, path

urlpatterns = [
    path("", include("runs.mlflow_api.urls")),
    path("w/<slug:workspace>/", include("runs.mlflow_api.urls")),
    path("api/v1/", include("runs.api.urls")),
    path("w/<slug:workspace>/api/v1/", include("runs.api.urls")),
    path("", include("runs.web.urls")),
]

handler400 = "runs.web.problems.bad_request"
handler403 = "runs.web.problems.forbidden"
handler404 = "runs.web.problems.not_found"
handler500 = "runs.web.problems.server_error"
