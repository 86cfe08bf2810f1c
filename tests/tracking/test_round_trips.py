"""Any string comes back byte for byte, or is refused before anything is written."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from runs.tracking import queries, services
from runs.tracking.errors import InvalidValue
from tests.factories import default_workspace, make_experiment, make_run

pytestmark = pytest.mark.django_db

# Every code point there is, lone surrogates and NUL too.
any_text = st.text(st.characters(exclude_categories=()), max_size=40)
key_text = st.text(st.sampled_from("ab/.-_: é数\0\ud800#"), max_size=8)
few = settings(max_examples=60)


def is_clean(text: str) -> bool:
    return "\0" not in text and not any(0xD800 <= ord(char) < 0xE000 for char in text)


@few
@given(value=any_text)
@example(value="\r\n\t\x01\x7f\x85\u2028\ufeff\ufffe\U0010ffff")
@example(value="e\u0301\u00e9 'quote' \"double\" %s ? \\ ; --")
@example(value="a\0b")
@example(value="\udc80")
def test_values_of_tags_params_and_properties(value):
    run = make_run()
    writers = {
        "tags": lambda: services.set_tags(run=run, tags={"key": value}),
        "params": lambda: services.log_params(run=run, params={"key": value}),
        "properties": lambda: services.add_properties(run=run, properties={"key": value}),
    }
    for kind, write in writers.items():
        if is_clean(value):
            write()
            assert getattr(run, kind).get().value == value
        else:
            with pytest.raises(InvalidValue):
                write()
            assert not getattr(run, kind).exists()


@few
@given(key=key_text)
def test_keys(key):
    run = make_run()
    try:
        services.set_tags(run=run, tags={key: "x"})
    except InvalidValue:
        assert not run.tags.exists()
    else:
        services.log_params(run=run, params={key: "x"})
        assert run.tags.get().key == run.params.get().key == key


@few
@given(name=any_text, description=any_text)
def test_names_and_descriptions(name, description):
    experiment = make_experiment()
    try:
        run = services.create_run(experiment=experiment, name=name, description=description)
    except InvalidValue:
        assert not experiment.runs.exists()
        assert not (is_clean(name + description) and (not name or name.strip()))
    else:
        found = queries.get_run(default_workspace(), run.run_id)
        assert found.description == description
        assert found.name == (name or run.name)


@few
@given(name=any_text)
def test_names_of_experiments(name):
    workspace = default_workspace()
    try:
        made = services.create_experiment(workspace=workspace, name=name)
    except InvalidValue:
        assert not (is_clean(name) and name.strip())
    else:
        assert queries.get_experiment_by_name(workspace, name) == made
        made.refresh_from_db()
        assert made.name == name
        made.delete()
