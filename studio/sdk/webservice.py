"""The names that scripts for Azure ML import from `azureml.core.webservice`."""

from studio.sdk.unsupported import Webservice

__all__ = ["Webservice"]
