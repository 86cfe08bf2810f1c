# "Start, monitor, and cancel training runs in Python", its code cell by cell; the import root is
# the only change. A line with `!` is for the shell, as in a notebook.
# %%
import studio.sdk
print(studio.sdk.VERSION)
# %%
import studio.sdk
from studio.sdk import Workspace, Experiment, Run
from studio.sdk import ScriptRunConfig

ws = Workspace.from_config()
exp = Experiment(workspace=ws, name="explore-runs")
# %%
notebook_run = exp.start_logging()
notebook_run.log(name="message", value="Hello from run!")
# %%
print(notebook_run.get_status())
# %%
print(notebook_run.get_details())
# %%
notebook_run.complete()
print(notebook_run.get_status())
# %%
with exp.start_logging() as notebook_run:
    notebook_run.log(name="message", value="Hello from run!")
    print(notebook_run.get_status())

print(notebook_run.get_status())
# %%
run_config = ScriptRunConfig(source_directory='.', script='hello_with_delay.py')
local_script_run = exp.submit(run_config)
print(local_script_run.get_status())

local_script_run.cancel()
print(local_script_run.get_status())
# %%
local_script_run = exp.submit(run_config)
local_script_run.fail()
print(local_script_run.get_status())
# %%
!more hello_with_children.py
run_config = ScriptRunConfig(source_directory='.', script='hello_with_children.py')

local_script_run = exp.submit(run_config)
local_script_run.wait_for_completion(show_output=True)
print(local_script_run.get_status())

with exp.start_logging() as parent_run:
    for c,count in enumerate(range(5)):
        with parent_run.child_run() as child:
            child.log(name="Hello from child run", value=c)
# %%
print(parent_run.get_children())
# %%
local_script_run.add_properties({"author":"azureml-user"})
print(local_script_run.get_properties())
# %%
try:
    local_script_run.add_properties({"author":"different-user"})
except Exception as e:
    print(e)
# %%
local_script_run.tag("quality", "great run")
print(local_script_run.get_tags())

local_script_run.tag("quality", "fantastic run")
print(local_script_run.get_tags())
# %%
local_script_run.tag("worth another look")
print(local_script_run.get_tags())
# %%
list(exp.get_runs(properties={"author":"azureml-user"},tags={"quality":"fantastic run"}))
list(exp.get_runs(properties={"author":"azureml-user"},tags="worth another look"))
