"""The names that scripts for Azure ML import from `azureml.core.compute_target`."""

from studio.sdk.compute import AmlCompute, ComputeTarget
from studio.sdk.exceptions import ComputeTargetException

__all__ = ["AmlCompute", "ComputeTarget", "ComputeTargetException"]
