# The flow of the public notebook "logging-api", in cells of our own; the import root is the only
# change. The first line of a cell says what it is about.
# %% The version, and the classes
import studio.sdk
from studio.sdk import Experiment, Workspace, Run
import numpy as np
from tqdm import tqdm

print("This notebook was created using version", studio.sdk.VERSION)
# %% The workspace
ws = Workspace.from_config()
print('Workspace name: ' + ws.name,
      'Subscription id: ' + ws.subscription_id,
      'Resource group: ' + ws.resource_group, sep='\n')
# %% An experiment; a run starts at once
exp = Experiment(workspace=ws, name='logging-api-test')
run = exp.start_logging()
print("Got run", run.id)
# %% Alone in a cell
run
# %% A metric with a table of numbers
run.log_list(name='Fibonacci', value=[0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
# %% The same metric again and again
sines = {}
sines['angle'] = []
sines['sine'] = []

for i in tqdm(range(-10, 10)):
    run.log(name='Sigmoid', value=1 / (1 + np.exp(-i)))
    angle = i / 2.0
    run.log_row(name='Cosine Wave', angle=angle, cos=np.cos(angle))
    sines['angle'].append(angle)
    sines['sine'].append(np.sin(angle))
# %% A table
run.log_table(name='Sine Wave', value=sines)
# %% A plot
import matplotlib
matplotlib.use('agg')
import matplotlib.pyplot as plt

angle = np.linspace(-3, 3, 50)
plt.plot(angle, np.tanh(angle), label='tanh')
plt.legend(fontsize=12)
plt.title('Hyperbolic Tangent', fontsize=16)
plt.grid(True)
run.log_image(name='Hyperbolic Tangent', plot=plt)
# %% An image from a file
import os
plt.savefig('breadpudding.png')
run.log_image(name='food', path='./breadpudding.png', plot=None, description='dessert')
# %% A file
file_name = 'outputs/myfile.txt'
with open('myfile.txt', 'w') as f:
    f.write('This is an output file that will be uploaded.\n')
run.upload_file(name=file_name, path_or_stream='./myfile.txt')
# %% The end
run.complete()
print(run.get_status())
# %% One metric, by its name
print(run.get_metrics(name='Fibonacci'))
# %% All metrics, of the run and of the same run fetched anew
fetched = Run(exp, run_id=run.id)
assert fetched.get_metrics().keys() == run.get_metrics().keys()
print(sorted(fetched.get_metrics()))
# %% The newest run of the experiment
print(next(exp.get_runs()).id == run.id)
# %% The files, and one of them
os.makedirs('files', exist_ok=True)
for f in run.get_file_names():
    if f.startswith('outputs/'):
        dest = os.path.join('files', f.split('/')[-1])
        run.download_file(name=f, output_file_path=dest)
        print(dest, open(dest).read(), end='')
# %% Tags and properties
run.tag('FileCount', '1')
run.set_tags({'SuccessfullyLogged': 'Yes', 'kind': 'demo'})
run.remove_tags(['kind'])
run.add_properties({'author': 'azureml-user'})
print(run.get_tags(), run.get_properties()['author'])
# %% Found by them
print([found.id == run.id for found in exp.get_runs(tags={'SuccessfullyLogged': 'Yes'})],
      [found.id == run.id for found in exp.get_runs(properties='author')])
# %% In the portal
print(run.get_portal_url())
