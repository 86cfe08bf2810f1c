"""A real Slurm of two nodes on this machine, in a scratch folder, without systemd."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.up.orphans import die_with_parent
from tests.up.processes import free_port
from tests.waiting import LONGEST_WAIT_S, wait_for

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo", "scontrol")
SBIN = "/usr/sbin"
CONFIGURATION = """
ClusterName=studio
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/ctld.pid
SlurmdPidFile={folder}/d.%n.pid
SlurmctldLogFile={folder}/log/ctld.log
SlurmdLogFile={folder}/log/d.%n.log
SlurmctldPort={ports[0]}
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=30
MessageTimeout=100
TCPTimeout=60
BatchStartTimeout=100
JobCompType=jobcomp/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs={cpus} RealMemory=1000
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs={cpus} RealMemory=1000
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
PartitionName=small Nodes=n1 MaxTime=INFINITE State=UP
"""


def has_slurm() -> bool:
    """Tell whether Slurm is installed, and may be started: its daemons change users."""
    path = f"{os.environ.get('PATH', '')}:{SBIN}"
    return os.geteuid() == 0 and all(shutil.which(name, path=path) for name in PROGRAMS)


@contextmanager
def running_slurm(cpus: int = 2) -> Iterator[Path]:
    """Start it, set SLURM_CONF for this process and its children, end it again; yield its folder.

    Each node has `cpus` processors, however many this machine has.
    """
    folder = Path(tempfile.mkdtemp(prefix="studio-slurm-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("state", "spool/n1", "spool/n2", "log"):
        (folder / name).mkdir(parents=True)
    write_configuration(folder, cpus)
    before = {name: os.environ.get(name) for name in ("SLURM_CONF", "PATH")}
    os.environ |= {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": f"{os.environ['PATH']}:{SBIN}"}
    daemons: list[subprocess.Popen] = []
    try:
        start_daemons(folder, daemons)
        wait_for(lambda: is_idle(daemons), "both nodes of Slurm", every_s=0.2)
        yield folder
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
        for daemon in daemons:
            end(daemon)
        shutil.rmtree(folder, ignore_errors=True)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def write_configuration(folder: Path, cpus: int) -> None:
    key = folder / "munge.key"
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o600)
    host = os.uname().nodename.partition(".")[0]
    ports = [free_port() for _ in range(3)]
    text = CONFIGURATION.format(host=host, user="root", folder=folder, ports=ports, cpus=cpus)
    (folder / "slurm.conf").write_text(text)


def start_daemons(folder: Path, daemons: list[subprocess.Popen]) -> None:
    names = {"key": "key-file", "socket": "socket", "pid": "pid-file", "log": "log-file"}
    munge = [f"--{word}={folder}/munge.{name}" for name, word in names.items()]
    start(daemons, "munged", "--foreground", "--force", f"--seed-file={folder}/seed", *munge)
    wait_for((folder / "munge.socket").exists, "munged")
    start(daemons, "slurmctld", "-c", "-D")
    for name in ("n1", "n2"):
        start(daemons, "slurmd", "-D", "-N", name)


def start(daemons: list[subprocess.Popen], *command: str) -> None:
    quiet = {"stdin": -3, "stdout": -3, "stderr": -3}
    daemons.append(subprocess.Popen(command, preexec_fn=die_with_parent, **quiet))


def is_idle(daemons: list[subprocess.Popen]) -> bool:
    """Tell whether both nodes wait for jobs."""
    for daemon in daemons:
        assert daemon.poll() is None, f"{daemon.args[0]} has ended"
    command = ["sinfo", "--noheader", "--partition=main", "-o", "%D %T"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout.split() == ["2", "idle"]


def end(daemon: subprocess.Popen) -> None:
    try:
        daemon.wait(LONGEST_WAIT_S)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()
