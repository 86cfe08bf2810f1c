"""Markdown that users write, as HTML that is safe to show."""

import functools
import posixpath
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

import nh3
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from runs.artifacts.errors import InvalidPath
from runs.artifacts.paths import clean_path

TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "img", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto", "data"}
DATA_IMAGES = tuple(f"data:image/{kind};base64," for kind in ("png", "jpeg", "gif", "webp"))

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Pictures:
    """Where pictures of a text lie: among the files of a run, beside `folder`, or attached to the
    text by name, as `data:` addresses."""

    files: str = ""
    folder: str = ""
    attached: tuple[tuple[str, str], ...] = ()

    def address_of(self, source: str) -> str | None:
        """Return the address of a picture, None for one of another site: it would learn who reads
        the page."""
        if source.startswith(DATA_IMAGES):
            return source
        parts = urlsplit(source)
        if parts.scheme == "attachment":
            return dict(self.attached).get(unquote(parts.path))
        if not self.files or parts.scheme or parts.netloc or parts.path.startswith("/"):
            return None
        try:
            path = clean_path(
                posixpath.normpath(f"{self.folder}/{unquote(parts.path)}".lstrip("/"))
            )
        except InvalidPath:
            return None
        return f"{self.files}/{quote(path)}?inline=1"


NO_PICTURES = Pictures()


def pictures_of_run(workspace: str, run_id: str, folder: str = "") -> Pictures:
    """Return the pictures that a text in `folder` of a run may show: files of the same run."""
    one = reverse("run_file", kwargs={"workspace": workspace, "run_id": run_id, "path": "-"})
    return Pictures(one.removesuffix("/-"), folder)


@functools.lru_cache(maxsize=512)
def to_html(text: str, pictures: Pictures = NO_PICTURES) -> SafeString:
    """Render CommonMark with tables and `pictures`. HTML in the text is shown as text; what the
    renderer makes is cut down to the lists above, so a fault in one of the two is caught by the
    other."""
    tokens = _PARSER.parse(text)
    for token in tokens:
        if token.children:
            token.children = [place_picture(child, pictures) for child in token.children]

    def keep(tag: str, attribute: str, value: str) -> str | None:
        is_ours = value.startswith(DATA_IMAGES) or (
            bool(pictures.files) and value.startswith(f"{pictures.files}/")
        )
        if (tag, attribute) == ("img", "src"):
            return value if is_ours else None
        return None if attribute == "href" and value.startswith("data:") else value

    clean = nh3.clean(
        _PARSER.renderer.render(tokens, _PARSER.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        attribute_filter=keep,
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(clean)


def place_picture(token: Token, pictures: Pictures) -> Token:
    """Give a picture its address; one that is not shown becomes words."""
    if token.type != "image":
        return token
    source = str(token.attrs.get("src", ""))
    address = pictures.address_of(source)
    if address:
        token.attrs["src"] = address
        return token
    name = token.content or urlsplit(source).path.rpartition("/")[2]
    why = urlsplit(source).netloc or "not a file of this run"
    return Token("text", "", 0, content=f"[Picture not shown: {name} ({why})]")
