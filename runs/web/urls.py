"""Addresses of the pages."""

from django.urls import include, path

from runs.web import experiments, health, sign_in, start

IN_WORKSPACE = [
    path("experiments", experiments.experiments, name="experiments"),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", start.start, name="start"),
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("w/<slug:workspace>/", include(IN_WORKSPACE)),
]
