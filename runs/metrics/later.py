"""Requests that are answered by the thread that commits their points.

A request that logs points shares a commit with others, and nothing is left to do behind it but to
answer. A thread that waits for that is woken for a few microseconds, and so are all the others of
the group, one after the other. Where the server lets a request be answered by any thread, its own
thread takes the next request instead.
"""

from collections.abc import Callable
from contextvars import ContextVar, Token

# Answers the request: as done, or with the error it is refused with.
Answer = Callable[[Exception | None], None]

_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


class AnsweredLater(BaseException):
    """Another thread answers this request, or has done so.

    Not an Exception: nothing on the way may take it for a failure and answer.
    """


def let_answer(answer: Answer) -> Token[Answer | None]:
    """Let whoever commits what this request logs answer it; return what `take_back` is given."""
    return _answer.set(answer)


def take_back(token: Token[Answer | None]) -> None:
    """End what `let_answer` began."""
    _answer.reset(token)


def find_answer() -> Answer | None:
    """Return what answers the request of this thread; None where that is for the thread itself."""
    return _answer.get()
