"""Keeping the queue of an executor like the studio's.

The node tells what the executor knows; the studio answers what to place and what to take away.
"""

from typing import Any

from studio.sdk.executors.base import CannotPlace, Executor, Order, State, Told
from studio.sdk.supervisor.studio_api import StudioApi

MOST_TOLD = 2000


class Exchange:
    """One exchange after the other at an address of the studio."""

    def __init__(self, api: StudioApi, address: str, executor: Executor) -> None:
        self.api, self.address, self.executor = api, address, executor

    def do(self) -> None:
        """Tell, cancel, place; tell at once what cannot be placed.

        Raises Away, Refused, ExecutorAway.
        """
        told = self.executor.poll()
        refused = self.follow(self.tell(told, self.executor.capacity()))
        if refused:
            self.tell([*told, *refused], 0)

    def tell(self, told: list[Told], room: int) -> dict[str, Any]:
        """Tell what is known; return what the studio wants."""
        # Where there are too many, attempts that have ended are left out first.
        told = sorted(told, key=lambda one: one.state == State.ENDED)[:MOST_TOLD]
        facts = [vars(one) | {"state": one.state.value} for one in told]
        return self.api.ask("POST", self.address, body={"told": facts, "room": max(0, room)})

    def follow(self, answer: dict[str, Any]) -> list[Told]:
        """Take away and place what the studio wants; return what cannot be placed."""
        for handle in answer["unwanted"]:
            self.executor.cancel(handle)
        refused = []
        for wanted in answer["wanted"]:
            order = Order(**wanted)
            try:
                self.executor.submit(order)
            except CannotPlace as error:
                told = Told(order.run_id, order.fence, "", State.ENDED, str(error)[:400])
                refused.append(told)
        return refused
