"""A git server of one repository, by git's own `http-backend`."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

WHO = ["-c", "user.name=ana", "-c", "user.email=ana@example.org"]


def make_repository(folder: Path, files: dict[str, str]) -> None:
    """Make `folder`/code.git with one commit on `main`, which the tag v1 marks too."""
    work = folder / "work"
    work.mkdir(parents=True)
    for name, content in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(content)
    commit = [*WHO, "commit", "-qm", "first"]
    clone = ["clone", "-q", "--bare", ".", str(folder / "code.git")]
    for words in (["init", "-qb", "main"], ["add", "."], commit, ["tag", "v1"], clone):
        subprocess.run(["git", *words], cwd=work, check=True)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the repositories of a folder; yield `http://127.0.0.1:<port>`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b"")

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        def answer(self, body: bytes) -> None:
            asked = urlsplit(self.path)
            environment = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": asked.path,
                "QUERY_STRING": asked.query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            }
            command = ["git", "http-backend"]
            said = subprocess.run(command, input=body, env=environment, capture_output=True)
            head, _, content = said.stdout.partition(b"\r\n\r\n")
            lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            status = next((value for name, value in lines if name == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        # It ends when it looks the next time.
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
