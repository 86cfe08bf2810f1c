"""Previews in Chromium: pages with scripts that reach nothing, pictures, PDFs."""

import pytest
from django.core.signals import request_started

from runs.tracking.services import update_run
from tests.factories import make_run
from tests.web.browser import answered, until
from tests.web.kept_files import save

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
OUTPUTS = "/w/default/runs/kept/outputs"
# What a hostile page tries; each outcome is kept under a name.
HOSTILE = """<!doctype html><p>hostile</p><script>
const told = (window.told = {});
const attempt = async (name, act) => {
  try { told[name] = String(await act()); } catch (error) { told[name] = "refused"; }
};
(async () => {
  await attempt("origin", () => self.origin);
  await attempt("cookie", () => document.cookie);
  await attempt("storage", () => localStorage.length);
  await attempt("api", () => fetch("/api/v1/runs").then((answer) => answer.text()));
  await attempt("page", () => fetch("/w/default/runs", { credentials: "include" }));
  await attempt("write", () => fetch("/api/v1/experiments",
    { method: "POST", mode: "no-cors", body: '{"name": "taken"}' }));
  await attempt("beacon", () => {
    navigator.sendBeacon("/api/v1/experiments", '{"name": "taken"}');
    refused();
  });
  await attempt("picture", () => new Promise((done, refuse) => {
    const image = new Image();
    [image.onload, image.onerror] = [done, refuse];
    image.src = "/w/default/runs/kept/files/dot.png?inline=1";
  }));
  await attempt("above", () => parent === self ? refused : parent.document.title);
  await attempt("top", () => { if (top === self) refused(); top.location = "/taken"; });
  await attempt("window", () => open("/w/default/runs").document);
  await attempt("worker", () => new Worker("/static/js/frame.js") && refused());
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/w/default/runs/kept/lifecycle", target: "_top" });
  document.body.append(form);
  form.submit();
  told.done = "yes";
})();
</script>"""
ALLOWED = {"origin": "null", "done": "yes"}


@pytest.fixture
def run(db):
    run = make_run(run_id="kept", name="kept")
    save(run, "dot.png", b"\x89PNG")
    save(run, "evil.html", HOSTILE)
    return run


def outcome(frame):
    until(frame, "window.told?.done === 'yes'")
    return {name: told for name, told in frame.evaluate("window.told").items() if told != "refused"}


@pytest.fixture
def asked():
    """The requests that the server got, as "GET /address"."""
    seen = []

    def note(environ, **kwargs):
        seen.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")

    request_started.connect(note)
    yield seen
    request_started.disconnect(note)


def run_scripts(tab):
    """Return the frame in which the scripts of the file run."""
    with tab.expect_event("framenavigated", lambda frame: "/with-scripts/" in frame.url) as opened:
        tab.get_by_role("button", name="Run scripts").click()
    return opened.value


def test_scripts_run_when_asked_for_and_reach_nothing(tab, run, asked):
    # The page of a run that has ended asks for nothing by itself.
    update_run(run=run, status="Completed")
    with answered(tab):
        tab.goto(f"{OUTPUTS}?path=evil.html")
    opened = tab.context.pages
    asked.clear()
    assert not any("/with-scripts/" in frame.url for frame in tab.frames)
    with answered(tab):
        assert outcome(run_scripts(tab)) == ALLOWED
    assert set(asked) <= {"GET /w/default/runs/kept/with-scripts/evil.html"}
    assert tab.url.endswith("path=evil.html") and tab.title() != "taken"
    assert tab.context.pages == opened
    assert not run.workspace.experiments.filter(name="taken").exists()
    with tab.expect_console_message(lambda message: "Blocked script" in message.text):
        tab.get_by_role("button", name="Stop scripts").click()
    until(tab, "!document.querySelector('.preview-body iframe').src.includes('/with-scripts/')")
    tab.troubles.clear()


def test_the_address_of_the_frame_runs_nothing_as_a_page_of_its_own(tab, run):
    tab.goto("/w/default/runs/kept/with-scripts/evil.html")
    until(tab, "document.body.innerText === 'hostile'")
    assert tab.evaluate("window.told") is None
    tab.troubles.clear()


def test_even_a_browser_that_does_not_tell_a_page_from_a_frame_gives_it_nothing(tab, run, asked):
    address = "/w/default/runs/kept/with-scripts/evil.html"
    answer = tab.request.get(address)
    assert "allow-scripts" in answer.headers["content-security-policy"]
    tab.route(f"**{address}", lambda route: route.fulfill(response=answer))
    asked.clear()
    with answered(tab):
        tab.goto(address)
        assert outcome(tab) == ALLOWED
    assert asked == []
    tab.troubles.clear()


def test_a_chart_of_plotly_is_drawn(tab, run):
    from plotly import graph_objects

    figure = graph_objects.Figure(graph_objects.Scatter(x=[1, 2], y=[3, 4]))
    save(run, "chart.html", figure.to_html(include_plotlyjs="cdn"))
    tab.goto(f"{OUTPUTS}?path=chart.html")
    until(run_scripts(tab), "document.querySelectorAll('.scatterlayer .point').length === 2")
    # The browser notes that scripts were off at first.
    assert all("Blocked script execution" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


def test_a_damaged_picture_is_told(tab, run):
    tab.goto(f"{OUTPUTS}?path=dot.png")
    until(tab, "document.querySelector('.preview-body').innerText.startsWith('This picture is')")


def test_a_picture_that_a_text_misses_is_told(tab, run):
    save(run, "a.md", "before ![dot](none.png) after")
    tab.goto(f"{OUTPUTS}?path=a.md")
    until(tab, "document.querySelector('.preview-body').innerText.includes('This picture is')")
    assert all("404" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


@pytest.mark.parametrize(("has_viewer", "shown"), [("true", "iframe"), ("false", "a.btn")])
def test_a_pdf_is_shown_where_the_browser_can(tab, run, has_viewer, shown):
    save(run, "a.pdf", b"%PDF-1.4")
    tab.add_init_script(
        f"Object.defineProperty(navigator, 'pdfViewerEnabled', {{ value: {has_viewer} }})"
    )
    tab.route("**/files/a.pdf?inline=1", lambda route: route.fulfill(body="", status=200))
    tab.goto(f"{OUTPUTS}?path=a.pdf")
    tab.wait_for_selector(f".preview-body {shown}")
