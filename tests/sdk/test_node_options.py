"""What a node is told when it starts."""

import pytest

from studio.sdk.node_options import read_options


def test_a_node_looks_for_work_as_often_as_it_is_told(tmp_path, capsys):
    words = ["--cluster", "gpu", "--folder", str(tmp_path)]
    assert read_options(words).look_every == 5
    assert read_options([*words, "--look-every", "0.5"]).look_every == 0.5
    for wrong in ("0", "60", "nan"):
        with pytest.raises(SystemExit):
            read_options([*words, "--look-every", wrong])
        assert "--look-every is between 0.1 and 15.0 seconds" in capsys.readouterr().err
