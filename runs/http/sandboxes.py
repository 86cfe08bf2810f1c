"""Content policies for the files of runs.

A file is another person's content, and its address is the studio's. `sandbox` gives a document an
origin of its own: its requests carry no cookie, and it cannot read the studio, send a form, open a
window or navigate another page.
"""

SANDBOX = "sandbox; default-src 'none'"
INLINE = (
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
# No browser shows a PDF in a sandbox. The viewer of the browser runs its scripts, if any; with
# `nosniff` a file of this type is never read as anything else.
PDF = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
# The page may run the scripts that it contains. It may request nothing: with a request it could
# tell another site who reads the page.
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
