"""The names that scripts for Azure ML import from `azureml.core.keyvault`."""

from studio.sdk.unsupported import Keyvault

__all__ = ["Keyvault"]
