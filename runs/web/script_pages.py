"""HTML files of runs with their scripts, in a frame without an origin: charts and reports."""

import re
from itertools import chain

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from runs.artifacts.errors import UnknownFile
from runs.artifacts.previews.choosing import is_html
from runs.artifacts.queries import Readable, get_file, read_file
from runs.charts.plotly_script import read_plotly
from runs.http.sandboxes import SCRIPTS
from runs.http.sending import disposition, send_file
from runs.http.streaming import Streamed
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.workspaces.permissions import Action

# MLflow's `log_figure` and Plotly's `include_plotlyjs="cdn"` point to this site: the studio has
# the script itself.
PLOTLY_SITE = "cdn.plot.ly"
_PLOTLY = re.compile(
    rb"<script\b[^>]*\ssrc=[\"']https://cdn\.plot\.ly/plotly-[\w.-]{1,40}\.js[\"'][^>]*>\s*</script>",
    re.IGNORECASE,
)
_HEAD_BYTES = 1 << 20
# What a browser says of a frame. It says nothing on a plain http address.
_FRAMES = {"iframe", None}


@page(Action.FILE_READ)
def script_page(request: HttpRequest, run_id: str, path: str) -> HttpResponseBase:
    """An HTML file with its scripts, for a frame of the studio; opened as a page of its own it
    comes without them, so that nobody takes it for a page of the studio."""
    file = get_file(get_run(request.workspace, run_id), path)
    if not is_html(file):
        raise UnknownFile("Only an HTML file can be shown with scripts.")
    if request.headers.get("Sec-Fetch-Dest") in _FRAMES:
        answer = send_with_scripts(file)
    else:
        answer = send_file(request, file, is_inline=True)
    patch_vary_headers(answer, ["Sec-Fetch-Dest"])
    return answer


def send_with_scripts(file: Readable) -> HttpResponseBase:
    """Answer with the file, Plotly's script in place of a reference to it in the first megabyte.
    Raises BytesMissing."""
    head = with_plotly(b"".join(read_file(file, 0, _HEAD_BYTES)))
    headers = {
        "Content-Type": file.content_type,
        "Content-Length": str(len(head) + max(0, file.size_bytes - _HEAD_BYTES)),
        "Content-Security-Policy": SCRIPTS,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "X-DNS-Prefetch-Control": "off",
        "Referrer-Policy": "no-referrer",
        **disposition(file.path.rpartition("/")[2], is_inline=True),
    }
    return Streamed(chain([head], read_file(file, _HEAD_BYTES)), headers=headers)


def with_plotly(head: bytes) -> bytes:
    return _PLOTLY.sub(lambda _: b"<script>" + read_plotly() + b"</script>", head, count=1)
