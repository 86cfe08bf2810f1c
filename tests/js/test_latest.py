"""Answers that come in another order than they were asked for."""

OUT_OF_ORDER = """({ latest }) => {
  const answers = {};
  const find = latest((text) => new Promise((resolve) => { answers[text] = resolve; }));
  const asked = [find("b"), find("ba"), find("bat")];
  for (const text of ["bat", "b", "ba"]) answers[text](text);
  return Promise.all(asked);
}"""


def test_an_answer_to_an_earlier_question_is_dropped(modules):
    assert modules.run("lib/latest.js", OUT_OF_ORDER) == [None, None, "bat"]
