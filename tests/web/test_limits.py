"""The page with every limit in force."""

import pytest

from runs.http.limits import OF_DOORS
from runs.mlflow_api import names
from tests.web.pages import html_of


def test_every_limit_is_shown_with_the_variable_that_changes_it(studio, settings):
    settings.STUDIO_MAX_BODY_BYTES = 3 << 20
    page = html_of(studio.get("/w/default/system/limits"))
    assert "STUDIO_MAX_BODY_BYTES" in page
    assert "<dd>3 MiB</dd>" in page
    for section in ("Requests", "Runs", "Files and logs", "Compute"):
        assert f"<h2>{section}</h2>" in page


@pytest.mark.django_db
def test_what_the_protocol_of_a_door_limits_is_shown_as_it_is_in_force(studio):
    page = html_of(studio.get("/w/default/system/limits"))
    assert f"<dd>{names.MAX_TAG_CHARS:,} characters</dd>" in page
    assert len(OF_DOORS) >= 1
