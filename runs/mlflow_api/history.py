from runs.mlflow_api.server import unknown as get_history

get_history_interval = get_history_bulk = get_history
