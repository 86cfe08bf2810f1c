"""What is kept of the machine and the packages of a run."""

from importlib import metadata

from studio.sdk.origin import list_packages, read_name


def test_packages_are_those_that_python_knows():
    known: dict[str, str] = {}
    for one in metadata.distributions():
        known.setdefault(one.name, one.version)
    assert dict(line.split("==") for line in list_packages().splitlines()) == known


def test_the_name_of_a_package_stands_before_its_text():
    text = "Metadata-Version: 2.1\nName: tiny-word\nVersion: 1.0\n\nName: of the text\nVersion: 2"
    assert read_name(text) == ("tiny-word", "1.0")
    assert read_name("Summary: nameless\n") == ("", "")
