from runs.mlflow_api.server import unknown as search
