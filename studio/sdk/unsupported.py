"""Parts of Azure ML that a studio does not have. They can be imported; using them says what to use
instead."""

from typing import Any, ClassVar

from studio.sdk.exceptions import NotSupported


class _Unsupported:
    ADVICE: ClassVar[str] = ""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        raise NotSupported(cls.ADVICE)

    def __init_subclass__(cls) -> None:
        cls.__doc__ = f"Not there: {cls.ADVICE}"

    def __class_getitem__(cls, _: Any) -> Any:
        raise NotSupported(cls.ADVICE)


class _Meta(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotSupported(cls.ADVICE)  # type: ignore[attr-defined]


class Dataset(_Unsupported, metaclass=_Meta):
    ADVICE = (
        "A studio registers no data sets. Read data by its path or address, and note it with "
        "run.tag or mlflow.log_input."
    )


class Datastore(_Unsupported, metaclass=_Meta):
    ADVICE = "A studio has no data stores: files of a run go to run.upload_file(name, path)."


class Webservice(_Unsupported, metaclass=_Meta):
    ADVICE = "A studio deploys no models. Download one with run.download_file and serve it."


class Image(_Unsupported, metaclass=_Meta):
    ADVICE = "A studio builds no images. Use Environment.from_docker_image(name, image)."


class Keyvault(_Unsupported, metaclass=_Meta):
    ADVICE = "A studio keeps no secrets. Give them to a script by the environment of its node."
