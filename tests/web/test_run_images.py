"""Images of runs: which there are, under which name and step."""

from urllib.parse import unquote

import pytest
from django.test import Client

from runs.artifacts.services import save_file
from runs.details.run_images import image_of, list_images
from runs.metrics.models import MetricArtifact
from runs.workspaces.permissions import Role
from tests.factories import make_experiment, make_member, make_run, make_workspace

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n"
UUID = "4f2b7a52-0d0c-4a8c-9c94-6f1a4e5d6b7c"


def save(run, *paths: str) -> None:
    for path in paths:
        save_file(owner=run, path=path, chunks=[PNG])


@pytest.mark.parametrize(
    ("path", "name", "step", "ms"),
    [
        (f"images/val~samples%step%3%timestamp%1700%{UUID}.png", "val/samples", 3, 1700),
        (f"images/val#samples%step%3%timestamp%1700%{UUID}.png", "val/samples", 3, 1700),
        (f"images/dogs+step+12+timestamp+9+{UUID}.png", "dogs", 12, 9),
        (f"images/a%b%step%-1%timestamp%9%{UUID}.png", "a%b", -1, 9),
        ("images/plain.png", "images/plain.png", None, 5),
        ("plots/step%1.png", "plots/step%1.png", None, 5),
    ],
)
def test_the_name_of_a_file_tells_key_step_and_time(path, name, step, ms):
    image = image_of(path, 5)

    assert (image.name, image.step, image.ms, image.path) == (name, step, ms, path)


def test_logged_images_are_sorted_by_name_and_step_without_their_small_copies():
    run = make_run()
    logged = "images/a%step%{}%timestamp%1%" + UUID
    save(run, logged.format(10) + ".png", logged.format(10) + "%compressed.webp")
    save(run, logged.format(9) + ".png", "figure.svg", "notes.txt")

    images = list_images([run])[run.pk]

    assert [(image.name, image.step) for image in images] == [
        ("a", 9),
        ("a", 10),
        ("figure.svg", None),
    ]


def test_an_image_that_is_a_metric_has_the_name_of_the_metric():
    run = make_run()
    save(run, "x.png")
    MetricArtifact.objects.create(run=run, key="m", kind="image", step=4, ms=1, path="x.png")

    assert [(image.name, image.step) for image in list_images([run])[run.pk]] == [("m", 4)]


@pytest.mark.both_databases
def test_a_metric_whose_file_is_gone_is_no_image():
    run = make_run()
    MetricArtifact.objects.create(run=run, key="m", kind="image", step=4, ms=1, path="x.png")

    assert list_images([run])[run.pk] == []


def test_the_gallery_is_told_the_images_of_each_run_in_the_order_asked(studio: Client):
    first, second = make_run(), make_run()
    save(first, "a b.png")

    answer = studio.get("/w/default/images", {"runs": f"{second.run_id},{first.run_id}"}).json()

    assert [run["id"] for run in answer["runs"]] == [second.run_id, first.run_id]
    assert answer["runs"][1]["images"][0]["path"] == "a b.png"
    assert unquote(answer["runs"][1]["files"]).endswith(f"/runs/{first.run_id}/files")


def test_no_run_or_too_many_or_an_unknown_one_is_refused(studio: Client):
    assert studio.get("/w/default/images").status_code == 400
    many = ",".join(map(str, range(30)))
    assert studio.get("/w/default/images", {"runs": many}).status_code == 400
    assert studio.get("/w/default/images", {"runs": "nope"}).status_code == 404


def test_images_of_another_workspace_are_not_told(guarded: Client):
    secret = make_run(make_experiment("s", make_workspace("secret")))
    guarded.force_login(make_member(Role.READER))

    assert guarded.get("/w/default/images", {"runs": secret.run_id}).status_code == 404


def test_compare_has_the_gallery_too(studio: Client):
    run = make_run()

    page = studio.get("/w/default/compare", {"runs": run.run_id, "tab": "images"}).content.decode()

    assert f'data-runs="{run.run_id}"' in page
