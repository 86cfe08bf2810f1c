"""Markdown that users write, as HTML that is safe to show."""

import functools

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

# No images: they would tell other sites who reads the page. The policy blocks them as well.
TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@functools.lru_cache(maxsize=512)
def to_html(text: str) -> SafeString:
    """Render CommonMark with tables. HTML in the text is shown as text; what the renderer makes is
    cut down to the lists above, so a fault in one of the two is caught by the other."""
    clean = nh3.clean(
        _PARSER.render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return SafeString(clean)
