# The code by which the articles submit `train.py` and watch it; the import root is the only change.
# %%
from studio.sdk import Environment, Experiment, ScriptRunConfig, Workspace
from studio.sdk.run import Run

ws = Workspace.from_config()
exp = Experiment(workspace=ws, name='train-on-local')
user_managed_env = Environment("user-managed-env")
user_managed_env.python.user_managed_dependencies = True
src = ScriptRunConfig(source_directory='./', script='train.py')
src.run_config.environment = user_managed_env
# %%
run = exp.submit(src, show_output=True)
# %%
run.wait_for_completion(show_output=True)
# %%
experiment = Experiment (ws, 'train-on-local')
run_id = run.id #replace with run_ID
run = Run(experiment, run_id)
print(run.get_metrics())
# %%
from studio.sdk.widgets import RunDetails
RunDetails(run).show()
# %%
print(run.get_portal_url())
# %%
from studio.sdk.widgets import RunDetails
from studio.sdk.run import Run

workspace = ws
experiment = Experiment (workspace, 'train-on-local')
run_id = run.id #replace with run_ID
run = Run(experiment, run_id)
RunDetails(run).show()
