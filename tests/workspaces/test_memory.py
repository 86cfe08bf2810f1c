"""What is remembered for a moment."""

from runs.workspaces import memory
from runs.workspaces.memory import ShortMemory, forget_all


def test_an_entry_is_forgotten_after_its_time(monkeypatch):
    short = ShortMemory(seconds=2)
    short.put("a", 1)
    assert short.get("a") == 1
    later = memory.time.monotonic() + 2.1
    monkeypatch.setattr(memory.time, "monotonic", lambda: later)
    assert short.get("a") is None


def test_all_memories_forget_together():
    one, other = ShortMemory(), ShortMemory()
    one.put("a", 1)
    other.put("b", 2)
    forget_all()
    assert one.get("a") is other.get("b") is None


def test_a_memory_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(memory, "MAX_ENTRIES", 10)
    short = ShortMemory()
    for n in range(35):
        short.put(n, n)
    assert short.get(34) == 34
    assert sum(short.get(n) is not None for n in range(35)) <= 10
