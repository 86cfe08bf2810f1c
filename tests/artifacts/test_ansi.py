"""A terminal's line becomes styled text, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.artifacts.logs.ansi import parse_line, plain_text

ESC = "\x1b"


@pytest.mark.parametrize(
    ("line", "segments"),
    [
        ("plain", [("plain", "")]),
        ("", []),
        (f"{ESC}[31mred{ESC}[0m plain", [("red", "fg-1"), (" plain", "")]),
        (f"{ESC}[1;4;92mx{ESC}[22my{ESC}[24;39mz",
         [("x", "bold underline fg-10"), ("y", "underline fg-10"), ("z", "")]),
        (f"{ESC}[38;5;208mx{ESC}[48;5;0my", [("x", "fg-208"), ("y", "fg-208 bg-0")]),
        (f"{ESC}[38;2;255;0;0mx", [("x", "fg-196")]),
        (f"{ESC}[38;2;255;255;255;1mx", [("x", "fg-231 bold")]),
        (f"{ESC}[mx", [("x", "")]),
        (f"{ESC}[31m{ESC}[31mone", [("one", "fg-1")]),
        (f"a{ESC}[31m{ESC}[39mb", [("ab", "")]),
        (f"{ESC}[38;5;999mx", [("x", "")]),
        (f"{ESC}[38mx{ESC}[38;5mx", [("xx", "")]),
        (f"{ESC}[999;77mx", [("x", "")]),
        ("\x9b31mred", [("red", "fg-1")]),
    ],
)  # fmt: skip
def test_colours_become_words_of_a_closed_list(line, segments):
    assert parse_line(line) == segments


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (" 10%|#   |\r 50%|##  |\r100%|####|", "100%|####|"),
        ("done\r", "done"),
        ("progress\r\r", "progress"),
        ("long text\rok", "ok"),
        ("1/3\x08\x08\x082/3", "2/3"),
        ("ab\x08\x08\x08\x08c", "c"),
        (f"{ESC}[31mab{ESC}[32mcd{ESC}[0m\x08\x08\x08X", "aX"),
        (f"{ESC}[2K{ESC}[1A{ESC}[Gtext{ESC}[?25l", "text"),
        (f"{ESC}]0;window title\x07text", "text"),
        (f"{ESC}]8;;http://evil.example{ESC}\\link{ESC}]8;;{ESC}\\", "link"),
        (f"{ESC}P1$r payload{ESC}\\text", "text"),
        (f"{ESC}(Btext{ESC}=", "text"),
        (f"{ESC}ctext", "text"),
        ("bell\x07 nul\x00 del\x7f", "bell nul del"),
        ("tab\tstays", "tab\tstays"),
        (f"cut off {ESC}[", "cut off "),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_the_last_state_of_a_line_is_shown(line, shown):
    assert plain_text(line) == shown


def test_a_style_set_before_a_return_goes_on_behind_it():
    assert parse_line(f"{ESC}[32m10%\r20%") == [("20%", "fg-2")]


@given(st.text(alphabet=st.sampled_from("ab\x1b[]0;1m38\r\x08\x07\\P?5\x9b"), max_size=60))
def test_no_input_leaves_an_escape_or_a_strange_style(line):
    for text, style in parse_line(line):
        assert text
        assert not set(text) & set("\x1b\r\x08\x07\x9b")
        assert all(word.replace("-", "").isalnum() for word in style.split())


def test_a_long_line_of_escapes_is_parsed_in_linear_time():
    assert plain_text(f"{ESC}]" * 20_000) == ""
    assert plain_text(f"{ESC}[31m" * 20_000 + "x") == "x"


@pytest.mark.parametrize(
    "line",
    [
        "\x1b]0;a title\x1b[31mred",
        "\x1b]8;;https://example\x1b\\red\x1b]8;;\x1b\\",
        "\x1b]9;4;1;50\x07red",
        "\x1b]9;4;1;50\rred",
        "\x1bPq data\x1b\\red",
    ],
)
def test_commands_to_the_terminal_leave_nothing(line):
    assert plain_text(line) == "red"
