"""A plain PyTorch script of two processes, which logs nothing: each learns from its half of the
data, and they share their gradients.

The node says to each process who it is, as `torchrun` does. On the page Submit: 2 processes per
node and the communicator torch. From Python:

    config = ScriptRunConfig(
        ".", "two_processes.py", distributed_job_config=PyTorchConfiguration("Gloo", 2)
    )

Needs PyTorch in the environment of the run.
"""

import argparse
from pathlib import Path

import torch
import torch.distributed as group
from torch.nn.functional import mse_loss
from torch.nn.parallel import DistributedDataParallel


def make_data(rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of a wave; each process has others."""
    random = torch.Generator().manual_seed(rank)
    x = torch.rand(512, 1, generator=random) * 6 - 3
    return x, torch.sin(2 * x)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=200)
    given = parser.parse_args()
    group.init_process_group("gloo")
    rank, count = group.get_rank(), group.get_world_size()
    print(f"Process {rank} of {count}", flush=True)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    layers = [torch.nn.Linear(1, 64), torch.nn.Tanh(), torch.nn.Linear(64, 1)]
    model = DistributedDataParallel(torch.nn.Sequential(*layers))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    x, y = make_data(rank)
    for epoch in range(1, given.epochs + 1):
        optimizer.zero_grad()
        loss = mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        mean = loss.detach() / count
        group.all_reduce(mean)
        if rank == 0 and epoch % 20 == 0:
            print(f"epoch {epoch} of {given.epochs}: loss {mean.item():.4f}", flush=True)
    if rank == 0:
        Path("outputs").mkdir(exist_ok=True)
        torch.save(model.module.state_dict(), "outputs/wave.pt")
    group.destroy_process_group()


if __name__ == "__main__":
    main()
