"""Addresses of Azure ML's portal lead to the same runs and experiments here."""

from tests.factories import make_experiment, make_run

OF_AZURE = "?wsid=/subscriptions/a/resourcegroups/b/workspaces/c&tid=d"


def test_the_three_shapes_lead_to_runs_and_experiments(studio):
    experiment = make_experiment("vision/vit")
    make_run(experiment, run_id="kept")
    for old, new in (
        ("/experiments/vision/vit/runs/kept", "/w/default/runs/kept"),
        (f"/experiments/id/{experiment.number}", f"/w/default/experiment/{experiment.number}"),
        ("/runs/kept", "/w/default/runs/kept"),
    ):
        answer = studio.get(f"{old}{OF_AZURE}", follow=True)
        assert answer.status_code == 200, old
        assert new in [address for address, _ in answer.redirect_chain]


def test_an_old_address_of_nothing_is_not_found(studio):
    assert studio.get("/runs/none", follow=True).status_code == 404
    assert studio.get("/runs/%2F%2Fevil.example")["Location"].startswith("/w/default/runs/")
