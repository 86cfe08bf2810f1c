"""What a door is: the addresses that belong to it, and how it refuses a request."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

# The message of a refusal that has none of its own.
WORDS = {
    400: "The request cannot be read.",
    403: "You may not do this.",
    404: "There is nothing at this address.",
    408: "The request body has stopped coming.",
    413: "The request body is too large.",
    500: "The studio failed to answer; its log says why.",
    503: "The studio cannot answer right now. Try again in a moment.",
    507: "The disk is full. Nothing was stored.",
}


@dataclass(frozen=True)
class Door:
    """One interface of the studio: the pages, or an API.

    `urls` is the module with its URL patterns. They are included at `mount` and, with
    `in_workspaces`, also at `w/<workspace>/` + `mount`.

    `paths` are the addresses that belong to the door: all that begin with a path that ends in `/`,
    or exactly this one; "" stands for all addresses that no other door has. `refuse(request,
    status, message)` answers a request that reaches no view. A door for programs has no session: a
    cookie opens nothing there, so its views need no CSRF token. With `reads_with_session` a cookie
    opens GET.
    """

    urls: str
    paths: tuple[str, ...]
    refuse: Callable[[HttpRequest, int, str], HttpResponse]
    mount: str = ""
    in_workspaces: bool = False
    has_session: bool = False
    reads_with_session: bool = False

    @property
    def package(self) -> str:
        """The package, or the module, that holds the views."""
        return self.urls.removesuffix(".urls")

    @property
    def pattern(self) -> str:
        """The regular expression of the beginning of the door's addresses."""
        place = "/(?:w/[^/]+/)?" if self.in_workspaces else "/"
        own = (re.escape(path) + ("" if path[-1:] in ("", "/") else r"\Z") for path in self.paths)
        return f"{place}(?:{'|'.join(own)})"
