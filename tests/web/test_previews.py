"""Previews of files as a page gets them: pages with scripts, PDFs, pictures in texts."""

import json

import pytest

from tests.factories import make_run
from tests.web.kept_files import save

pytestmark = pytest.mark.django_db
RUN = "/w/default/runs/kept"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC"  # noqa: E501 (a picture)


@pytest.fixture
def run(db):
    return make_run(run_id="kept", name="kept")


def preview(studio, path):
    return studio.get(f"{RUN}/preview", {"path": path}).json()


def policy(answer):
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


class TestPagesWithScripts:
    def test_a_page_says_what_it_needs(self, studio, run):
        save(run, "a.html", '<script src="https://cdn.bokeh.org/b.js"></script><p>text</p>')
        found = preview(studio, "a.html")
        assert (found["has_scripts"], found["sites"]) == (True, ["cdn.bokeh.org"])
        assert found["with_scripts"] == f"{RUN}/with-scripts/a.html"

    def test_plain_pages_need_no_scripts(self, studio, run):
        save(run, "a.html", '<p>text <a href="https://example.com/">link</a></p>')
        found = preview(studio, "a.html")
        assert (found["has_scripts"], found["sites"]) == (False, [])

    @pytest.mark.parametrize("told", [None, "iframe"])
    def test_a_frame_gets_scripts_but_no_origin_and_no_network(self, studio, run, told):
        save(run, "a.html", "<script>1</script>")
        headers = {"Sec-Fetch-Dest": told} if told else {}
        answer = studio.get(f"{RUN}/with-scripts/a.html", headers=headers)
        found = policy(answer)
        assert found["sandbox"] == {"allow-scripts"}
        assert found["default-src"] == {"'none'"}
        assert "connect-src" not in found and "frame-src" not in found
        assert not any("'self'" in found[name] for name in found if name != "frame-ancestors")
        assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == (
            "no-store",
            "nosniff",
        )

    @pytest.mark.parametrize("told", ["document", "object", "embed", "empty", "script"])
    def test_nobody_else_gets_scripts(self, studio, run, told):
        save(run, "a.html", "<script>1</script>")
        answer = studio.get(f"{RUN}/with-scripts/a.html", headers={"Sec-Fetch-Dest": told})
        assert policy(answer)["sandbox"] == set()
        assert "script-src" not in policy(answer)
        assert "Sec-Fetch-Dest" in answer["Vary"]

    @pytest.mark.parametrize("name", ["a.svg", "a.js", "a.txt", "a.pdf", "none.html"])
    def test_only_pages_are_shown_so(self, studio, run, name):
        if name != "none.html":
            save(run, name, "<script>1</script>")
        assert studio.get(f"{RUN}/with-scripts/{name}").status_code == 404

    def test_plotly_comes_from_the_studio(self, studio, run):
        """As `log_figure` of MLflow writes a chart."""
        from plotly import graph_objects

        page = graph_objects.Figure().to_html(include_plotlyjs="cdn")
        assert "https://cdn.plot.ly/" in page
        save(run, "chart.html", page)
        sent = studio.get(f"{RUN}/with-scripts/chart.html").getvalue().decode()
        assert "https://cdn.plot.ly/plotly-" not in sent[:2000]
        assert len(sent) > len(page) + 1_000_000
        assert preview(studio, "chart.html")["sites"] == []


def test_a_pdf_is_for_the_viewer_of_the_browser(studio, run):
    save(run, "a.pdf", b"%PDF-1.4 <script>alert(1)</script>")
    answer = studio.get(f"{RUN}/files/a.pdf", {"inline": "1"})
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (
        "application/pdf",
        "nosniff",
    )
    found = policy(answer)
    assert (found["default-src"], found["frame-ancestors"]) == ({"'none'"}, {"'self'"})
    assert "script-src" not in found and "sandbox" not in found
    assert policy(studio.get(f"{RUN}/files/a.pdf"))["sandbox"] == set()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.md", "markdown"), ("a.ipynb", "notebook"), ("a.csv", "table"), ("a.log", "text")],
)
def test_a_file_is_what_its_name_says_where_its_sender_calls_it_text(studio, run, name, kind):
    content = {"a.ipynb": '{"cells": []}', "a.csv": "x,y\n1,2\n"}.get(name, "# Title\n")
    save(run, name, content, content_type="text/plain")
    assert preview(studio, name)["kind"] == kind


class TestPicturesInTexts:
    def html(self, studio, run, text, path="reports/a.md"):
        save(run, path, text)
        return preview(studio, path)["html"]

    @pytest.mark.parametrize(
        ("source", "shown"),
        [
            ("dot.png", "reports/dot.png"),
            ("./img/a%20b.png", "reports/img/a%20b.png"),
            ("../dot.png", "dot.png"),
        ],
    )
    def test_a_picture_beside_the_text_is_shown(self, studio, run, source, shown):
        html = self.html(studio, run, f"![a dot]({source})")
        assert f'<img src="{RUN}/files/{shown}?inline=1" alt="a dot">' in html

    @pytest.mark.parametrize(
        "source",
        [
            "https://evil.example/x.png",
            "//evil.example/x.png",
            "/w/default/runs",
            "../../../x.png",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,PHN2Zz4=",
            "javascript:alert(1)",
            "%2e%2e/%2e%2e/x.png",
        ],
    )
    def test_no_other_picture_is_asked_for(self, studio, run, source):
        assert "<img" not in self.html(studio, run, f"![a dot]({source})")

    def test_what_is_not_shown_is_told(self, studio, run):
        html = self.html(studio, run, "![a dot](https://evil.example/x.png)")
        assert "[Picture not shown: a dot (evil.example)]" in html

    def test_a_link_to_data_leads_nowhere(self, studio, run):
        html = self.html(studio, run, f"[x](data:image/png;base64,{PNG})")
        assert "data:" not in html

    def test_a_description_shows_files_of_its_run(self, studio, run):
        type(run).objects.filter(pk=run.pk).update(description="![dot](plots/dot.png)")
        page = studio.get(RUN).content.decode()
        assert f'<img src="{RUN}/files/plots/dot.png?inline=1" alt="dot">' in page

    def test_a_notebook_reads_as_it_was_written(self, studio, run):
        cell = {
            "cell_type": "markdown",
            "source": ["# A\n", "\n", "**bold** ![dot](attachment:d.png) <script>1</script>"],
            "attachments": {"d.png": {"image/png": PNG}},
        }
        save(run, "a.ipynb", json.dumps({"cells": [cell]}))
        html = preview(studio, "a.ipynb")["cells"][0]["html"]
        assert "<h1>A</h1>" in html and "<strong>bold</strong>" in html
        assert f'src="data:image/png;base64,{PNG}"' in html
        assert "<script" not in html
