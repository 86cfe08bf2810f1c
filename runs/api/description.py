"""The description of the API as OpenAPI 3, for the addresses below one base."""

import json
import shlex
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

JSON = "application/json"
INTRODUCTION = """
Experiments, runs, metrics, files and logs of this studio, as JSON over HTTP.

**First call**

    export STUDIO_TOKEN=…
    curl -H "Authorization: Bearer $STUDIO_TOKEN" "{base}/runs?limit=5"

**Who asks.** Send an API token as `Authorization: Bearer <token>`; make one on the page
*Your tokens* of the user menu, or with `manage.py token create <user>`. A user name and a password
(`curl -u`) do as well. An open studio on this machine asks for neither. Whoever is signed in
with a browser may open every address that reads.

**Lists come by page.** Ask with `limit` (100 where you give none, 1,000 at most); give the `next`
of an answer as `after` to get the page behind it. It is null on the last page.

**Errors** have one shape: `{{"error": {{"code": "not_found", "message": "…"}}}}`. `code` stays
the same for programs, `message` says what is wrong and what to do, `field` which field is meant.
After 429 and 503, `Retry-After` says how many seconds to wait.

**Writes** of one request are stored together or not at all. Unknown fields are refused. Where
others may edit the same text, send the one you have read as `description_seen` (`name_seen`,
`query_seen`): if it is another one by now, the answer is 409 `changed_meanwhile`, which has the
text as `now`.

**Times** are milliseconds since 1970, UTC. NaN and the infinities are the words `"NaN"`,
`"Infinity"` and `"-Infinity"`.
"""


@lru_cache(maxsize=8)
def build_description(base: str, origin: str = "") -> dict[str, Any]:
    """Return the description, which is to stay as it is; `base` is such as `/w/team/api/v1`,
    `origin` where the studio answers."""
    from runs.api import urls  # (the addresses import the views, one of which asks for this)

    described = SchemaGenerator(patterns=urls.urlpatterns).get_schema(public=True)
    described["info"]["description"] = INTRODUCTION.format(base=origin + base)
    described["paths"] = {base + path: item for path, item in described["paths"].items()}
    for path, item in described["paths"].items():
        for method, operation in item.items():
            line = curl_line(method, origin + path, operation)
            text = operation.get("description", "")
            operation["description"] = f"{text}\n\n    {line}\n".lstrip("\n")
    for name, shape in described["components"]["schemas"].items():
        # Input is strict: what is not known is refused.
        if name.endswith("Request") and shape.get("type") == "object":
            shape["additionalProperties"] = False
    return described


def curl_line(method: str, address: str, operation: Mapping[str, Any]) -> str:
    """Return the command that asks an operation, with its example as the body."""
    words = ["curl"] if method == "get" else ["curl", "-X", method.upper()]
    words.append('-H "Authorization: Bearer $STUDIO_TOKEN"')
    form = operation.get("requestBody", {}).get("content", {})
    examples = list(form.get(JSON, {}).get("examples", {}).values())
    if examples:
        body = json.dumps(examples[0]["value"], ensure_ascii=False)
        words += [f"-H 'Content-Type: {JSON}'", "-d", shlex.quote(body)]
    elif form:
        words += ["--data-binary", "@file"]
    return " ".join([*words, shlex.quote(address) if "{" not in address else f'"{address}"'])
