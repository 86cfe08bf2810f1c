"""The WSGI entry point for other servers than `studio.front`."""

from studio.application import application, begin_process

__all__ = ["application"]

begin_process()
