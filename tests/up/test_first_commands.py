"""The commands of the README's chapter for teams, in its order, on an empty folder."""

import re
from pathlib import Path

import pytest

from studio.bootstrap import BASE_DIR
from tests.up.processes import free_port, refusal

PASSWORD = {"DJANGO_SUPERUSER_PASSWORD": "a long enough secret"}
NO_QUESTIONS = {
    "createsuperuser": ["--noinput", "--username", "root", "--email", "root@example.org"],
    "user": ["--no-password"],
}


def commands_of_readme() -> list[list[str]]:
    """The words after `manage.py` of each line in the first block about people."""
    text = (BASE_DIR / "README.md").read_text()
    block = re.search(r"\*\*1\. People\.\*\*.*?```sh\n(.*?)```", text, re.DOTALL)[1]
    return [line.partition("#")[0].split()[2:] for line in block.splitlines()]


@pytest.mark.both_databases
def test_the_steps_of_the_readme_work_on_an_empty_folder(tmp_path: Path, database):
    environment = {"STUDIO_DATA_DIR": str(tmp_path / "new"), **database}
    commands = commands_of_readme()
    assert [words[0] for words in commands] == ["createsuperuser", "user", "member", "token"]
    for words in commands:
        said = refusal(*words, *NO_QUESTIONS.get(words[0], []), **environment, **PASSWORD)
        assert said[0] == 0, said
        assert "unapplied migration" not in said[1]
    assert "studio_" in said[1]
    assert "ada" in refusal("member", "list", "default", **environment)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["user", "create", "ada", "--no-password"], "Created ada."),
        (["changepassword", "ada"], "user 'ada' does not exist"),
    ],
)
def test_each_command_may_be_the_first(tmp_path: Path, words: list[str], said: str):
    answer = refusal(*words, STUDIO_DATA_DIR=str(tmp_path))[1]
    assert said in answer
    assert "no such table" not in answer


def test_a_database_that_is_away_is_named_by_a_command_too(tmp_path: Path):
    url = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    code, said = refusal("token", "list", STUDIO_DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert code == 1
    assert "The database does not answer" in said and "Traceback" not in said
