"""A studio on PostgreSQL, Redis and S3, and two machines that join it as the README says.

On request (`-m slow`) and as root: it makes network namespaces. Python, the code and the files of
this machine are there on the others too; the network is not.
"""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.bootstrap import BASE_DIR
from studio.sdk.supervisor.studio_api import StudioApi
from studio.up.broker import find_server
from tests.machines import STUDIO, Machine, running_machines
from tests.postgres import find_programs, running_cluster
from tests.up.processes import clean_environment, free_port, wait_for
from tests.when_used import WhenUsed

pytestmark = pytest.mark.slow
boto3 = WhenUsed("boto3")

PASSWORD = "a-long-pass-word-7"
KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
SCRIPT = """
import os, socket
told = {name: os.environ[name] for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR")}
port = int(os.environ["MASTER_PORT"])
if told["RANK"] == "0":
    with socket.create_server(("", port)) as server:
        for _ in range(3):
            server.accept()[0].sendall(b"hello from rank 0")
    heard = "3 have come"
else:
    import time
    for _ in range(300):
        try:
            heard = socket.create_connection((told["MASTER_ADDR"], port)).recv(99).decode()
            break
        except OSError:
            time.sleep(0.1)
print(socket.gethostname(), told["RANK"], told["WORLD_SIZE"], told["LOCAL_RANK"], heard)
os.makedirs("outputs", exist_ok=True)
if told["LOCAL_RANK"] == "0":
    open(f"outputs/{told['RANK']}.txt", "w").write("x" * 1000)
"""


class Site:
    """The studio of a team: its address, its settings, its owner."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://{STUDIO}:{self.port}"
        self.environment = clean_environment(
            **settings, **KEYS, STUDIO_DATA_DIR=str(folder), STUDIO_ALLOWED_HOSTS=STUDIO,
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
        )  # fmt: skip
        self.manage("createsuperuser", "--noinput", "--username", "root", "--email", "a@b.org")
        words = self.manage("token", "create", "root").split()
        self.api = StudioApi(self.url, "default", next(w for w in words if w.startswith("studio_")))
        command = [sys.executable, "manage.py", "up", "--host", STUDIO, "--port", str(self.port)]
        self.process = subprocess.Popen([*command, "--no-node"], cwd=BASE_DIR, env=self.environment)
        self.api.ask("POST", "clusters", body={"name": "gpu"}, patience_s=90)

    def manage(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=BASE_DIR, env=self.environment, check=True,
            capture_output=True, text=True,
        ).stdout  # fmt: skip

    def node_command(self, cluster: str) -> str:
        """Press "Add a node" on the page of a cluster; return the command that it shows."""
        cookies = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))

        def send(path: str, **fields: str) -> str:
            token = next((one.value for one in cookies if one.name == "csrftoken"), "")
            data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token}).encode()
            request = urllib.request.Request(self.url + path, data, {"Origin": self.url})
            return browser.open(request).read().decode()

        browser.open(f"{self.url}/sign-in").read()
        send("/sign-in", username="root", password=PASSWORD)
        page = send(f"/w/default/compute/clusters/{cluster}/node-command")
        shown = re.search(r'id="node-command-text">(.*?)</pre>', page, re.DOTALL)
        assert shown, page
        return shown.group(1)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


@pytest.fixture
def machines(tmp_path) -> Iterator[list[Machine]]:
    with running_machines(["m1", "m2"], tmp_path) as machines:
        yield machines


@pytest.fixture
def site(machines, s3_endpoint, tmp_path) -> Iterator[Site]:
    programs, redis = find_programs(), find_server()
    assert programs and redis, "PostgreSQL and Redis are needed"
    client = boto3.client("s3", endpoint_url=s3_endpoint, **{k.lower(): v for k, v in named()})
    client.create_bucket(Bucket="studio")
    port = free_port()
    words = ["--bind", STUDIO, "--port", str(port), "--save", "", "--protected-mode", "no"]
    queue = subprocess.Popen([redis, *words], stdout=subprocess.DEVNULL)
    with running_cluster(programs) as database:
        settings = {
            "DATABASE_URL": database,
            "REDIS_URL": f"redis://{STUDIO}:{port}/0",
            "STUDIO_S3_BUCKET": "studio",
            "STUDIO_S3_ENDPOINT": s3_endpoint,
        }
        site = Site(tmp_path / "data", settings)
        site.redis_url, site.objects = settings["REDIS_URL"], client
        yield site
        site.end()
    queue.terminate()
    queue.wait()


def named() -> list[tuple[str, str]]:
    return [
        ("aws_access_key_id", "testing"),
        ("aws_secret_access_key", "testing"),
        ("region_name", "us-east-1"),
    ]


def test_a_run_takes_both_machines(site, machines):
    command = site.node_command("gpu")
    python = Path(sys.executable).parent
    nodes = [
        machine.start(f"PATH={python}:$PATH REDIS_URL={site.redis_url} {command}", folder=BASE_DIR)
        for machine in machines
    ]
    try:
        wait_for(lambda: len(list_nodes(site)) == 2, "both nodes")
        body = {
            "experiment_name": "two", "cluster": "gpu", "command": ["python", "-c", SCRIPT],
            "nodes": 2, "processes_per_node": 2, "communicator": "torch",
        }  # fmt: skip
        began = time.monotonic()
        run_id = site.api.ask("POST", "jobs", body=body)["run_id"]
        wait_for(lambda: run_of(site, run_id)["ended_ms"], "the end of the run")
        run = run_of(site, run_id)
        assert (run["status"], run["status_reason"]) == ("Completed", ""), logs_of(site, run_id)
        print(f"\ntwo machines: {time.monotonic() - began:.1f} s from submit to end")
        check_logs(logs_of(site, run_id), {machine.name for machine in machines})
        keys = [one["Key"] for one in site.objects.list_objects_v2(Bucket="studio")["Contents"]]
        print(f"{len(keys)} objects in S3")
        assert keys
        for rank in (0, 2):
            found = site.api.ask("GET", f"runs/{run_id}/files/outputs/{rank}.txt")
            assert found == b"x" * 1000
    finally:
        for node in nodes:
            os.killpg(node.pid, signal.SIGTERM)
        for node in nodes:
            node.wait(60)


def list_nodes(site) -> list[str]:
    return [one["name"] for one in site.api.ask("GET", "clusters/gpu/nodes")["items"]]


def run_of(site, run_id: str) -> dict:
    return site.api.ask("GET", f"runs/{run_id}", patience_s=20)


def logs_of(site, run_id: str) -> dict[str, str]:
    items = site.api.ask("GET", f"runs/{run_id}/logs")["items"]
    logs = {}
    for one in items:
        found = site.api.ask("GET", f"runs/{run_id}/logs/tail", query={"path": one["path"]})
        logs[one["path"]] = found.decode() if isinstance(found, bytes) else json.dumps(found)
    return logs


def check_logs(logs: dict[str, str], names: set[str]) -> None:
    """Each rank has a log of its own; the first two are on one machine, the others on the other."""
    drivers = {path: text for path, text in logs.items() if "70_driver_log" in path}
    lines = sorted(text.split(maxsplit=4) for text in drivers.values())
    print(*sorted(logs), sep="\n")
    assert sorted(line[1] for line in lines) == ["0", "1", "2", "3"]
    assert {line[2] for line in lines} == {"4"}
    assert {line[0] for line in lines} == names
    heard = {line[1]: line[4].strip() for line in lines}
    assert heard["0"] == "3 have come"
    assert {heard[rank] for rank in "123"} == {"hello from rank 0"}
