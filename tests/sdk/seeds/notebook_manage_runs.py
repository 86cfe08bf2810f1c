# The flow of the public notebook "manage-runs", in cells of our own; the import root is the only
# change. A line with `!` is for the shell.
# %% The version, the workspace, an experiment
import studio.sdk
from studio.sdk import Workspace, Experiment, Run
from studio.sdk import ScriptRunConfig

print(studio.sdk.VERSION)
ws = Workspace.from_config()
exp = Experiment(workspace=ws, name="explore-runs-notebook")
# %% Start, watch and complete
notebook_run = exp.start_logging()
notebook_run.log(name="message", value="Hello from run!")
# %% The status
print(notebook_run.get_status())
# %% In the portal
notebook_run
# %% All that is known
notebook_run.get_details()
# %% The end
notebook_run.complete()
print(notebook_run.get_status())
# %% It ends by itself behind `with`
with exp.start_logging() as notebook_run:
    notebook_run.log(name="message", value="Hello from run!")
    print("Is it still running?", notebook_run.get_status())

print("Has it completed?", notebook_run.get_status())
# %% A script
!more hello.py
# %% Submitted
run_config = ScriptRunConfig(source_directory='.', script='hello.py')
local_script_run = exp.submit(run_config)
# %% Its status, until its end
print(local_script_run.get_status())
# %% With its output
local_script_run.wait_for_completion(show_output=True)
# %% Over
print(local_script_run.get_status())
# %% A property, for ever
local_script_run.add_properties({"author":"azureml-user"})
print(local_script_run.get_properties()["author"])
# %% It cannot be changed
try:
    local_script_run.add_properties({"author":"different-user"})
except Exception as e:
    print(e)
# %% A tag can
local_script_run.tag("quality", "great run")
print(local_script_run.get_tags())

local_script_run.tag("quality", "fantastic run")
print(local_script_run.get_tags())
# %% A tag without a value
local_script_run.tag("worth another look")
print(local_script_run.get_tags())
# %% Found by properties and tags
print(list(exp.get_runs(properties={"author":"azureml-user"},tags={"quality":"fantastic run"})))
print(list(exp.get_runs(properties={"author":"azureml-user"},tags="worth another look")))
# %% Children of a script
!more hello_with_children.py
run_config = ScriptRunConfig(source_directory='.', script='hello_with_children.py')

local_script_run = exp.submit(run_config)
local_script_run.wait_for_completion(show_output=True)
print(local_script_run.get_status())
# %% Children of a notebook
with exp.start_logging() as parent_run:
    for c,count in enumerate(range(5)):
        with parent_run.child_run() as child:
            child.log(name="Hello from child run", value=c)
# %% All of them
list(parent_run.get_children())
# %% Their metrics at once
print(len(parent_run.get_metrics(recursive=True)))
# %% Their parent
print(child.parent.id == parent_run.id)
# %% Cancel
run_config = ScriptRunConfig(source_directory='.', script='hello_with_delay.py')
local_script_run = exp.submit(run_config)
print("Did the run start?",local_script_run.get_status())
local_script_run.cancel()
print("Did the run cancel?",local_script_run.get_status())
# %% Until it has ended
local_script_run.wait_for_completion(raise_on_error=False)
print(local_script_run.get_status())
# %% Fail
run_config = ScriptRunConfig(source_directory='.', script='hello.py')
local_script_run = exp.submit(run_config)
local_script_run.wait_for_completion()
# %% It was the wrong one
local_script_run.fail(error_details="The wrong script was used", error_code="WrongScript")
print(local_script_run.get_status())
print(local_script_run.get_details()["error"]["error"]["message"])
