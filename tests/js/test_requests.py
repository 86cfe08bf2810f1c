"""How requests of scripts end: an answer, nothing new, a refusal, silence, an abort."""

import json

import pytest

PATH = "components/requests.js"
ADDRESS = "http://modules.test/asked"
OUTCOME = """async (module, [name, ...given]) => {
  try {
    return { answer: await module[name](...given) };
  } catch (error) {
    const { name, message, hint, status } = error;
    return { name, message, hint, status };
  }
}"""


@pytest.fixture
def answer_with(module_page):
    def route_to(**answer):
        module_page.route(ADDRESS, lambda route: route.fulfill(**answer))

    yield route_to
    module_page.unroute(ADDRESS)


@pytest.mark.parametrize(
    ("name", "body", "wanted"),
    [("fetchJson", '{"runs": 3}', {"runs": 3}), ("fetchText", "line 1\n", "line 1\n")],
)
def test_an_answer_is_read(modules, answer_with, name, body, wanted):
    answer_with(body=body)
    assert modules.call(PATH, name, ADDRESS) == wanted


@pytest.mark.parametrize("name", ["fetchJson", "fetchText"])
def test_nothing_new_is_null(modules, answer_with, name):
    answer_with(status=204)
    assert modules.call(PATH, name, ADDRESS) is None


def test_a_refusal_has_the_studios_words(modules, answer_with):
    told = {"title": "Too large", "message": "At most 20 runs.", "hint": "Choose fewer."}
    answer_with(status=413, body=json.dumps(told))
    assert modules.run(PATH, OUTCOME, ["fetchJson", ADDRESS]) == {
        "name": "RequestError",
        "message": "At most 20 runs.",
        "hint": "Choose fewer.",
        "status": 413,
    }


def test_a_refusal_of_something_between_us_and_the_studio_is_told(modules, answer_with):
    answer_with(status=502, body="<h1>Bad gateway</h1>")
    refused = modules.run(PATH, OUTCOME, ["fetchJson", ADDRESS])
    assert (refused["message"], refused["status"]) == ("Studio could not do that.", 502)


AWAY = {"message": "The database does not answer.", "hint": "Nothing is lost."}


def test_a_read_waits_for_the_database_and_says_so_once(modules, module_page):
    answers = iter([503, 503, 200, 200])

    def answer(route):
        status = next(answers)
        route.fulfill(status=status, body=json.dumps(AWAY if status == 503 else {"runs": 3}))

    module_page.route(ADDRESS, answer)
    module_page.route("**/ready", lambda route: route.fulfill(body='{"database": "ok"}'))
    told = modules.run(
        PATH,
        """async ({ fetchJson }, address) => {
          document.body.dataset.ready = "http://modules.test/ready";
          const count = () => document.querySelectorAll(".toast").length;
          let most = 0;
          const observer = new MutationObserver(() => (most = Math.max(most, count())));
          observer.observe(document.getElementById("toasts"), { childList: true });
          const asked = await Promise.all([fetchJson(address), fetchJson(address)]);
          return [asked, most, count()];
        }""",
        ADDRESS,
    )
    module_page.unroute(ADDRESS)
    module_page.unroute("**/ready")
    assert told == [[{"runs": 3}, {"runs": 3}], 1, 0]


def test_a_write_does_not_wait_for_the_database(modules, answer_with):
    answer_with(status=503, body=json.dumps(AWAY))
    refused = modules.run(PATH, OUTCOME, ["sendJson", ADDRESS, {"name": "new"}])
    assert (refused["message"], refused["status"]) == ("The database does not answer.", 503)


def test_no_connection_is_told(modules, module_page):
    module_page.route(ADDRESS, lambda route: route.abort())
    refused = modules.run(PATH, OUTCOME, ["fetchJson", ADDRESS])
    module_page.unroute(ADDRESS)
    assert (refused["message"], refused["status"]) == ("Studio is not responding.", 0)


def test_an_answer_that_is_cut_off_is_told(modules, answer_with):
    answer_with(body='{"runs": ')
    refused = modules.run(PATH, OUTCOME, ["fetchJson", ADDRESS])
    assert refused["message"] == "Studio sent an unreadable response."


def test_waiting_ends(modules, module_page):
    module_page.route(ADDRESS, lambda route: None)
    refused = modules.run(PATH, OUTCOME, ["fetchJson", ADDRESS, {"waitMs": 50}])
    module_page.unroute(ADDRESS)
    assert refused["message"] == "Studio took too long to respond."


def test_an_abort_is_no_failure_to_tell(modules, module_page):
    module_page.route(ADDRESS, lambda route: None)
    told = modules.run(
        PATH,
        """async ({ fetchJson, isAborted, tellFailure }, address) => {
          const stopper = new AbortController();
          const asked = tellFailure(() => fetchJson(address, { signal: stopper.signal }));
          const seen = fetchJson(address, { signal: stopper.signal }).catch(isAborted);
          stopper.abort();
          await asked;
          return [await seen, document.querySelectorAll(".toast").length];
        }""",
        ADDRESS,
    )
    module_page.unroute(ADDRESS)
    assert told == [True, 0]


def test_a_failure_is_told_in_the_corner(modules, answer_with):
    answer_with(status=409, body='{"message": "It exists already.", "hint": "Take another name."}')
    text = modules.run(
        PATH,
        """async ({ fetchJson, tellFailure }, address) => {
          await tellFailure(() => fetchJson(address));
          return document.getElementById("toasts").innerText;
        }""",
        ADDRESS,
    )
    assert "It exists already." in text
    assert "Take another name." in text


def test_json_is_sent_with_the_token_of_the_page(modules, module_page):
    sent = []

    def note(route):
        sent.append(route.request)
        route.fulfill(body="{}")

    module_page.route(ADDRESS, note)
    modules.run(
        PATH,
        """({ sendJson }, address) => {
          document.body.setAttribute("hx-headers", '{"X-CSRFToken": "secret"}');
          return sendJson(address, { run_ids: ["a"] }, { method: "PUT" });
        }""",
        ADDRESS,
    )
    module_page.unroute(ADDRESS)
    assert (sent[0].method, sent[0].post_data_json) == ("PUT", {"run_ids": ["a"]})
    assert sent[0].headers["x-csrftoken"] == "secret"
    assert sent[0].headers["content-type"] == "application/json"
