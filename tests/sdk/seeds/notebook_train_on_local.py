# The flow of the public notebook "train-on-local", in cells of our own; the import root is the only
# change.
# %% The version
import studio.sdk
print("SDK version:", studio.sdk.VERSION)
# %% The workspace
from studio.sdk.workspace import Workspace
ws = Workspace.from_config()
print(ws.name, ws.location, sep='\t')
# %% An experiment
from studio.sdk import Experiment
experiment_name = 'train-on-local'
exp = Experiment(workspace=ws, name=experiment_name)
# %% The script
with open('./train.py', 'r') as f:
    print(f.read())
# %% and what it imports
with open('./mylib.py', 'r') as f:
    print(f.read())
# %% An environment that the user manages
from studio.sdk import Environment

user_managed_env = Environment("user-managed-env")
user_managed_env.python.user_managed_dependencies = True
# %% src
from studio.sdk import ScriptRunConfig

src = ScriptRunConfig(source_directory='./', script='train.py')
src.run_config.environment = user_managed_env
# %% run
run = exp.submit(src)
# %% Alone in a cell
run
# %% Until its end
run.wait_for_completion(show_output=True)
# %% An environment that the system makes
from studio.sdk.conda_dependencies import CondaDependencies

system_managed_env = Environment("system-managed-env")
system_managed_env.python.user_managed_dependencies = False
cd = CondaDependencies.create(pip_packages=[WHEEL])
system_managed_env.python.conda_dependencies = cd
# %% Submitted with it
src.run_config.environment = system_managed_env
src.script = 'tiny.py'
run_system = exp.submit(src)
print(run_system.wait_for_completion(show_output=True)['status'])
# %% The metrics
metrics = run.get_metrics()
print(sorted(metrics))
# %% The best of them
import numpy as np
best_alpha_index = np.argmin(metrics['mse'])
best_alpha = metrics['alpha'][best_alpha_index]
print('When alpha is {1:0.2f}, we have min MSE {0:0.2f}.'.format(
    min(metrics['mse']), best_alpha))
# %% The files
print(len([name for name in run.get_file_names() if name.startswith('outputs/')]))
# %% The best model, registered
model = run.register_model(model_name='ridge', model_path='outputs/ridge_{0:.2f}.pkl'.format(best_alpha),
                           tags={'alpha': str(best_alpha)})
print("Registered model:\n --> Name: {}\n --> Version: {}\n --> URL: {}".format(
    model.name, model.version, model.url))
# %% and downloaded
from studio.sdk.model import Model
print(Model(ws, 'ridge').download(target_dir='models', exist_ok=True))
# %% The view
from studio.sdk.widgets import RunDetails
RunDetails(run).show()
