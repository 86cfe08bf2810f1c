"""Django's own check of a deployment finds nothing to say."""

import os
import sys
from pathlib import Path

from tests.forks import OF_SERVERS, run_fork
from tests.waiting import LONGEST_WAIT_S

ROOT = Path(__file__).resolve().parents[2]


def test_check_deploy_is_clean(tmp_path):
    variables = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path), "STUDIO_HTTPS": "1"}
    variables.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # set for the browser tests
    variables["DJANGO_SETTINGS_MODULE"] = "studio.settings"
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = run_fork(command, OF_SERVERS, timeout=LONGEST_WAIT_S, cwd=ROOT, env=variables)
    assert done.returncode == 0, done.stderr


def test_every_studio_has_a_secret_key_of_its_own(tmp_path):
    keys = set()
    for name in ("one", "other"):
        variables = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path / name)}
        variables.pop("STUDIO_SECRET_KEY", None)
        program = "from studio.settings import SECRET_KEY; print(SECRET_KEY)"
        command = [sys.executable, "-c", program]
        done = run_fork(command, OF_SERVERS, timeout=LONGEST_WAIT_S, cwd=ROOT, env=variables)
        keys.add(done.stdout.strip())
        kept = tmp_path / name / "secret_key"
        assert kept.stat().st_mode & 0o077 == 0
    assert len(keys) == 2
    assert all(len(key) > 60 for key in keys)
