"""The description of the API as OpenAPI 3, for the addresses below one base."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator


def build_description(base: str) -> dict[str, Any]:
    """Return the description; `base` is such as `/w/team/api/v1`."""
    from runs.api import urls  # (the addresses import the views, one of which asks for this)

    described = SchemaGenerator(patterns=urls.urlpatterns).get_schema(public=True)
    described["paths"] = {base + path: item for path, item in described["paths"].items()}
    for name, shape in described["components"]["schemas"].items():
        # Input is strict: what is not known is refused.
        if name.endswith("Request") and shape.get("type") == "object":
            shape["additionalProperties"] = False
    return described
