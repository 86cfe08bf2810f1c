# "Log & view metrics and log files": the code of the article and of its table, cell by cell; the
# import root is the only change.
# %%
import logging
logging.basicConfig(level=logging.DEBUG)
# %%
run.log_list(name='Fibonacci', value=[0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
# %%
for i in tqdm(range(-10, 10)):
    run.log(name='Sigmoid', value=1 / (1 + np.exp(-i)))
    angle = i / 2.0
    # the second row of the table stands in the same loop
    run.log_row(name='Cosine Wave', angle=angle, cos=np.cos(angle))
    sines['angle'].append(angle)
    sines['sine'].append(np.sin(angle))
# %%
run.log_table(name='Sine Wave', value=sines)
# %%
run.log_image(name='food', path='./breadpudding.jpg', plot=None, description='desert')
# %%
from studio.sdk import Run
# connect to the workspace from within your running code
run = Run.get_context()
ws = run.experiment.workspace

# workspace has associated ml-flow-tracking-uri
mlflow_url = ws.get_mlflow_tracking_uri()

#Example: PyTorch Lightning
from pytorch_lightning.loggers import MLFlowLogger

mlf_logger = MLFlowLogger(experiment_name=run.experiment.name, tracking_uri=mlflow_url)
mlf_logger._run_id = run.id
# %%
mlf_logger.log_metrics({"train_loss": 0.25}, step=3)
# %%
from studio.sdk import Run
run = Run.get_context()
run.log('metric-name', metric_value)

metrics = run.get_metrics()
# metrics is of type Dict[str, List[float]] mapping mertic names
# to a list of the values for that metric in the given run.

metrics.get('metric-name')
# list of metrics in the order they were recorded
# %%
print(run.get_portal_url())
