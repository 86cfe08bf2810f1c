"""Content policies for the files of runs.

A file is another person's content and comes from the studio's own address. `sandbox` takes that
origin from a document: no cookie goes with what it asks, it reads nothing of the studio, sends no
form, opens no window and moves no other page.
"""

SANDBOX = "sandbox; default-src 'none'"
INLINE = (
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
# The browser's own viewer shows a PDF, and none does so in a sandbox. Scripts of a PDF, if at all,
# run inside the viewer; with `nosniff` a file of this type is never read as anything else.
PDF = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# Scripts that the page brings along, and nothing from anywhere: not even a picture of the studio,
# which would tell another site who reads the page.
SCRIPTS = (
    "sandbox allow-scripts; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' blob: data:; worker-src blob:; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; media-src data: blob:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


def inline_policy(content_type: str) -> str:
    """Return the policy of a file that a page of the studio shows inline."""
    media_type = content_type.partition(";")[0].strip().lower()
    return PDF if media_type == "application/pdf" else INLINE
