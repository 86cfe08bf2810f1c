"""Addresses of the MLflow protocol."""

urlpatterns: list = []
