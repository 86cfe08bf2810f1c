"""What can be shown of a file: a kind and plain data, never markup."""

from runs.artifacts.previews.choosing import preview_file
from runs.artifacts.previews.kinds import HtmlPreview, MarkdownPreview, NotebookPreview, Preview

__all__ = ["HtmlPreview", "MarkdownPreview", "NotebookPreview", "Preview", "preview_file"]
