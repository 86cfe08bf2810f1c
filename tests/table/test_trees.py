"""Names with `/` as a tree."""

from dataclasses import dataclass

from runs.table.trees import flat_lines, grow_tree


@dataclass(frozen=True)
class Item:
    name: str


def lines_of(*names: str) -> list[tuple[str, int, bool, int]]:
    lines = grow_tree([Item(name) for name in names])
    return [(line.label, line.depth, line.item is not None, line.below) for line in lines]


def test_a_common_beginning_becomes_a_folder():
    assert lines_of("a/x", "a/y") == [("a", 0, False, 2), ("x", 1, True, 0), ("y", 1, True, 0)]


def test_a_folder_with_one_thing_in_it_stays_one_line():
    assert lines_of("a/b/c", "d") == [("a/b/c", 0, True, 0), ("d", 0, True, 0)]


def test_an_item_may_have_items_below_it():
    assert lines_of("a", "a/b") == [("a", 0, True, 1), ("b", 1, True, 0)]


def test_lines_know_the_folder_they_lie_in():
    lines = grow_tree([Item("a/b/x"), Item("a/b/y"), Item("a/c")])

    assert [(line.path, line.parent) for line in lines] == [
        ("a", ""),
        ("a/b", "a"),
        ("a/b/x", "a/b"),
        ("a/b/y", "a/b"),
        ("a/c", "a"),
    ]


def test_slashes_at_odd_places_lose_no_item():
    names = ["/", "a//b", "a/", "/a", ""]

    lines = grow_tree([Item(name) for name in names])

    assert sorted(line.item.name for line in lines if line.item) == sorted(names)


def test_a_name_of_slashes_alone_does_not_exhaust_the_stack():
    assert (
        sum(line.item is not None for line in grow_tree([Item("/" * 499), Item("a/" * 250)])) == 2
    )


def test_the_flat_list_shows_whole_names():
    assert [line.label for line in flat_lines([Item("a/b")])] == ["a/b"]
