"""The pure modules of charts: specs, colours, outliers, ticks, histograms, texts of figures."""

import pytest

from runs.templatetags.run_values import split_name


def test_a_spec_comes_back_from_its_address(module):
    body = """
      const spec = makeSpec({ type: "scatter", y: ["a,b"], x: "params.lr", clip: false, width: 2 });
      return [readCharts(writeCharts([spec])), [spec], writeCharts([makeSpec({ y: ["loss"] })])];
    """
    read, spec, short = module("chart_spec", body)
    assert read == spec
    assert short == '[{"y":["loss"]}]'


@pytest.mark.parametrize("text", ["", "x", "{}", "3", '[{"t":"pie"}]', "[7]", '[{"t":"toString"}]'])
def test_a_text_without_charts_is_told_from_no_charts(module, text):
    assert module("chart_spec", "return readCharts(given)", text) is None
    assert module("chart_spec", "return readCharts('[]')") == []


def test_what_a_spec_cannot_mean_is_left_out(module):
    text = '[{"y":["a",1],"s":"magic","k":-1,"xs":"cube","yr":[2,1],"w":9,"x":"moon","a":"sum"}]'
    plain = "return [readCharts(given)[0], makeSpec()]"
    read, default = module("chart_spec", plain, text)
    assert read == default


def test_slots_are_distinct_and_kept_while_shown(module):
    body = """
      const slots = new Slots();
      const series = (ids) => ids.map((id) => ({ id, hue: id }));
      slots.show(series([0, 8, 16, 1]));
      const first = [0, 8, 16, 1].map((id) => slots.of(id));
      slots.show(series([8, 16, 24]));
      return [first, [8, 16, 24].map((id) => slots.of(id)), slots.of(0) ?? null];
    """
    first, second, gone = module("series_colors", body)
    assert first[0] == 0
    assert len(set(first)) == 4
    assert second[:2] == first[1:3]
    assert len(set(second)) == 3
    assert gone is None


@pytest.mark.parametrize("metrics", [1, 2, 7])
def test_lines_of_sixty_runs_are_told_apart(module, metrics):
    body = """
      const runs = Array.from({ length: 60 }, (_, id) => ({ id, hue: 3, run: true }));
      shownRuns.show(runs);
      return runs.flatMap((run) => Array.from({ length: given },
        (_, metric) => JSON.stringify(lineStyleOf(run, metric, given))));
    """
    styles = module("series_colors", body, metrics)
    assert len(set(styles)) == len(styles) if metrics < 7 else len(set(styles)) > 300


def test_dots_of_one_hue_differ(module):
    body = """
      const runs = [0, 8, 16, 24, 32, 40].map((id) => ({ id, hue: 0, run: true }));
      shownRuns.show(runs);
      return runs.map(dotOf);
    """
    assert len(set(module("series_colors", body))) == 6


def test_a_run_that_diverged_is_beyond_and_others_are_not(module):
    runs = [{"run": i, "low": 0.1, "high": 2 + i / 40} for i in range(40)]
    body = "const f = findOutliers(given); return f && [f.range, [...f.beyond]]"
    assert module("outliers", body, runs) is None
    runs[7]["high"] = 1e12
    found, beyond = module("outliers", body, runs)
    assert beyond == [7]
    assert found[0] < 0.1
    assert 2.9 < found[1] < 3.2
    assert module("outliers", body, runs[6:8]) is None
    many = [{**run, "high": 1e12} if run["run"] % 4 == 0 else run for run in runs]
    assert module("outliers", body, many) is None


def spans(highs, low=0.1):
    return [{"run": i, "low": min(low, high), "high": high} for i, high in enumerate(highs)]


def values(numbers):
    """One value of each run, as summary charts draw them."""
    return [{"run": i, "low": one, "high": one} for i, one in enumerate(numbers)]


SHAPES = {
    "losses, one 17 times above the rest": (spans([2 + i / 20 for i in range(11)] + [42]), [11]),
    "a few runs, one diverged": (spans([1.0, 1.2, 60]), [2]),
    "two of forty diverged": (spans([2 + i / 40 for i in range(38)] + [1e4, 1e9]), [38, 39]),
    "rewards below zero, one crashed": (values([-20 - i for i in range(12)] + [-9000]), [12]),
    "equal values, one far off": (values([5.0] * 9 + [5000]), [9]),
    "equal values, one of another size": (values([-0.5] * 3 + [0.1]), []),
    "chance, one that learned": (values([0.1] * 12 + [0.9]), []),
    "zeros, one that counted": (values([0.0] * 12 + [7.0]), []),
    "values that differ a little": (values([5.0] * 9 + [5.4]), []),
    "losses spread over decades": (spans([10 ** (i / 4 - 1) for i in range(20)]), []),
    "learning rates": (values([1e-5 * 10 ** (i % 5) for i in range(40)]), []),
    "two groups": (spans([1.0] * 20 + [100.0] * 20), []),
    "one run at twice the rest": (spans([2.0] * 20 + [4.0]), []),
    "accuracies, one never learned": (spans([0.9 + i / 500 for i in range(20)] + [0.1]), []),
    "a run of one point": (spans([2 + i / 20 for i in range(11)]) + values([2.0]), []),
    "numbers at the edge": (spans([2 + i / 20 for i in range(11)] + [1e308]), [11]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_which_runs_are_beyond_the_axis(module, shape):
    items, expected = SHAPES[shape]
    found = module("outliers", "return [...(findOutliers(given)?.beyond ?? [])]", items)

    assert found == expected


def test_metrics_of_one_axis_have_outliers_of_their_own(module):
    losses = [{"run": i, "low": 0, "high": 2} for i in range(10)]
    epochs = [{"run": i, "low": 0, "high": 300} for i in range(10)]
    body = "const f = findOutliersOfEach(given); return f && [f.range[1], [...f.beyond]]"
    assert module("outliers", body, [losses, epochs]) is None
    losses[3]["high"] = 1e9
    high, beyond = module("outliers", body, [losses, epochs])
    assert high == 300
    assert beyond == [3]


def test_ticks(module):
    body = "return [logTicks(3, 40000).ticktext, timeTicks(0, 7200).ticktext, timeTicks(0, 3)]"
    log, time, short = module("ticks", body)
    assert {"10", "100", "1000", "10k"} <= set(log)
    assert time == ["0", "30m", "1h", "1h 30m", "2h"]
    assert short == {}
    long = module("ticks", "return logTicks(1e-12, 1e12).tickvals.length")
    assert long < 9


def test_symlog_ticks_hold_the_largest_numbers(module):
    ticks = module("symlog", "return symlogTicks([-1e308, 5, 1e308])")
    assert len(ticks["tickvals"]) == len(ticks["ticktext"]) <= 11
    assert "0" in ticks["ticktext"]
    assert all(value is not None for value in ticks["tickvals"])


@pytest.mark.parametrize("is_log", [False, True])
def test_bins_hold_every_value(module, is_log):
    body = """
      const bins = binsOf(given.values, { bins: 5, isLog: given.isLog });
      return [bins.counts, placesOf(bins, given.isLog)];
    """
    counts, places = module("histogram", body, {"values": [1, 2, 4, 8, 16, 16], "isLog": is_log})
    assert sum(counts) == 6
    assert len(places["x"]) == len(places["width"]) == 5
    assert places["x"] == sorted(places["x"])
    assert module("histogram", "return binsOf([NaN, 0], { isLog: true })") is None


def test_texts_of_a_figure_are_escaped_but_templates_are_not(module):
    body = "return asText({ name: '<b>&', list: ['<i>', 1, null], hovertemplate: '%{x}<br>' })"
    assert module("figure_text", body) == {
        "name": "&lt;b&gt;&amp;",
        "list": ["&lt;i&gt;", 1, None],
        "hovertemplate": "%{x}<br>",
    }


@pytest.mark.parametrize(
    ("name", "longest", "short"),
    [
        ("trial-12", 8, "trial-12"),
        ("resnet50-imagenet-cosine-lr0.1-bs64-s12", 24, "resnet50-image…-bs64-s12"),
        ("lr=0.125, wd=0.0625, momentum=0.9", 17, "lr=…mentum=0.9"),
        ("alpha 0.123456 on a grid of nine", 20, "alpha … of nine"),
        ("0.12345678901234567890", 16, "0.123…1234567890"),
        ("🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪", 13, "🧪🧪…🧪🧪🧪🧪🧪🧪🧪🧪🧪🧪"),
    ],
)
def test_a_short_name_is_cut_outside_its_numbers(module, name, longest, short):
    body = "return shortName(given.name, given.longest)"
    assert module("long_names", body, {"name": name, "longest": longest}) == short


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("resnet18-imagenet-lr0.1-bs64-s0", "-bs64-s0"),
        ("checkpoints/model.bert.large", ".large"),
        ("trial-12", "trial-12"),
    ],
)
def test_the_end_of_a_name_that_stays_begins_with_no_piece_of_a_number(module, name, end):
    head, tail = module("long_names", "return splitName(given)", name)
    assert (head + tail, tail) == (name, end)
    assert split_name(name) == (head, tail)
