"""The option `--clock` of a worker."""

import click
import pytest

from studio.celery import app
from studio.clock import make_folder


def test_the_folder_of_the_clock_is_made(tmp_path):
    file = tmp_path / "not" / "there" / "clock"
    options = {option.name: option for option in app.user_options["worker"]}
    assert options["clock"].callback(None, None, str(file)) == str(file)
    assert file.parent.is_dir()


def test_a_clock_without_a_place_ends_the_worker_with_a_reason(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(click.BadParameter, match="cannot be made"):
        make_folder(None, None, str(tmp_path / "file" / "clock"))


def test_a_worker_without_a_clock_makes_nothing():
    assert make_folder(None, None, None) is None
