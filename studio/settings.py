"""Settings of the studio. Everything a deployment may change comes from environment variables.

The variables are listed in one table in the README; the names here are the same.
"""

import sys
import tomllib
from pathlib import Path
from urllib.parse import quote

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from studio.data_folder import make_folder, read_note, read_or_make_secret_key
from studio.environment import env, env_flag, env_list, env_number, read_database
from studio.static_settings import static_settings

# The REST framework loads these, and with them psycopg, wherever that is installed: 6 MiB of each
# process for fields that no model has.
sys.modules.setdefault("django.contrib.postgres.fields", None)

BASE_DIR = Path(__file__).resolve().parent.parent


with open(BASE_DIR / "pyproject.toml", "rb") as project:
    STUDIO_VERSION: str = tomllib.load(project)["project"]["version"]

DATA_DIR = Path(env("STUDIO_DATA_DIR") or BASE_DIR / "var").resolve()
make_folder(DATA_DIR)
SECRET_KEY = env("STUDIO_SECRET_KEY") or read_or_make_secret_key(DATA_DIR)
DEBUG = env_flag("STUDIO_DEBUG")

# Open to whoever reaches the loopback address, without sign-in; `manage.py up` sets it there only.
STUDIO_OPEN = env_flag("STUDIO_OPEN")
ALLOWED_HOSTS = env_list("STUDIO_ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("STUDIO_ALLOWED_HOSTS must name the hosts: * would let any site in.")
CSRF_TRUSTED_ORIGINS = env_list("STUDIO_TRUSTED_ORIGINS")
STUDIO_HTTPS = env_flag("STUDIO_HTTPS")

# `runs` first: its commands `createsuperuser` and `changepassword` then come before Django's.
INSTALLED_APPS = [
    "runs",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular_sidecar",
]

# The first two and the CSRF check are for every request; the middlewares of the studio let the API
# doors pass (their module says why).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "studio.middleware.ContentPolicy",
    "studio.middleware.TrustMiddleware",
    "studio.middleware.StaticFiles",
    "studio.middleware.Sessions",
    "django.middleware.csrf.CsrfViewMiddleware",
    "studio.middleware.Authentication",
    "studio.middleware.Messages",
    "studio.middleware.Htmx",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "runs.web.shell.shell",
            ],
        },
    }
]

# -- database ------------------------------------------------------------------------------------
# synchronous=FULL: an answer of 200 means the data survives a power cut. Group commit in
# runs/metrics makes it cheap. IMMEDIATE: a write transaction takes its lock at once instead of
# failing half-way through.
# Writers wait ten seconds at most, and all together, for a file that another program has locked.
SQLITE_OPTIONS = {
    "timeout": 10,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;"
        "PRAGMA mmap_size=2147418112; PRAGMA temp_store=MEMORY"
    ),
}
# A server that is gone without a word is noticed after half a minute, not after hours.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
DATABASE_URL = env("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'studio.sqlite3'}"
ENGINES = {
    "django.db.backends.sqlite3": ("runs.database.engines.sqlite3", SQLITE_OPTIONS),
    "django.db.backends.postgresql": ("runs.database.engines.postgresql", POSTGRESQL_OPTIONS),
}
DATABASES = {"default": read_database(DATABASE_URL, ENGINES)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- queue ---------------------------------------------------------------------------------------
# Without REDIS_URL, the broker that `manage.py up` has started and written down.
CELERY_BROKER_URL = (
    env("REDIS_URL")
    or read_note(DATA_DIR / "broker_url")
    or f"redis+socket://{quote(str(DATA_DIR / 'redis.sock'))}"
)
if CELERY_BROKER_URL.startswith("filesystem:"):
    QUEUE_DIR = DATA_DIR / "queue"
    make_folder(QUEUE_DIR)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR),
        "data_folder_out": str(QUEUE_DIR),
        "control_folder": str(QUEUE_DIR),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A worker takes a message for good: else Redis hands a task that runs longer than its time-out to a
# second worker. The clock's next task finds in the database what a killed worker has left undone.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# -- files ---------------------------------------------------------------------------------------
# `manage.py prepare` collects the static files under a name made of their content, so a browser
# may keep them for ever: modules import each other by relative paths and stay of one version.
# Before that, and while debugging, they are served from where they are written.
STATIC_BUILDS = DATA_DIR / "static"
STATIC_VERSION = "" if DEBUG else read_note(STATIC_BUILDS / "current")
globals().update(static_settings(STATIC_BUILDS, STATIC_VERSION))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MAX_AGE = 0
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{16}/"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "runs.assets.plotly_files.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILES_DIR = DATA_DIR / "files"
STUDIO_S3_BUCKET = env("STUDIO_S3_BUCKET")
STUDIO_S3_ENDPOINT = env("STUDIO_S3_ENDPOINT")
STUDIO_S3_PREFIX = env("STUDIO_S3_PREFIX")

# From which git servers the studio may fetch code for the Submit page; none unless they are named.
STUDIO_GIT_SERVERS = env_list("STUDIO_GIT_SERVERS")

# -- silence -------------------------------------------------------------------------------------
# A run of a client that does not beat is NotResponding after so many minutes without a write.
STUDIO_SILENT_MINUTES = max(1, env_number("STUDIO_SILENT_MINUTES", 30))
# How long a server keeps in memory which runs have been heard of before it stores that.
STUDIO_HEAR_S = 2.0

# -- limits --------------------------------------------------------------------------------------
STUDIO_MAX_BODY_BYTES = env_number("STUDIO_MAX_BODY_BYTES", 16 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = STUDIO_MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# -- slow clients ---------------------------------------------------------------------------------
# How long a request body may pause before the request is refused and its connection closed.
STUDIO_PAUSE_S = max(0.1, env_number("STUDIO_PAUSE_SECONDS", 30.0))
# Where the bodies of uploads lie until they are complete, and how many bytes of them a server
# process takes at once (0: half of what is free at its start).
SPOOL_DIR = DATA_DIR / "spool"
STUDIO_SPOOL_BYTES = env_number("STUDIO_SPOOL_BYTES", 0)

# -- browser -------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "runs.web.problems.csrf_failed"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = STUDIO_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if STUDIO_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = STUDIO_HTTPS
if STUDIO_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Plotly injects its style sheet and style attributes, hence 'unsafe-inline' for styles alone.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

AUTHENTICATION_BACKENDS = ["runs.workspaces.passwords.PatientBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

# -- REST API --------------------------------------------------------------------------------------
# Programs ask as fast as they can: the throttle stops a loop gone wild, not a training run.
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["runs.api.wire.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["runs.api.wire.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "runs.api.wire.AlwaysJson",
    "DEFAULT_THROTTLE_CLASSES": ["runs.api.throttles.UserThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env("STUDIO_API_RATE", "60000/min")},
    "DEFAULT_SCHEMA_CLASS": "runs.api.schema.Schema",
    "EXCEPTION_HANDLER": "runs.api.errors.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Studio",
    "DESCRIPTION": "Experiments, runs, metrics, files and logs of a studio.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "LifecycleEnum": "runs.tracking.models.Lifecycle",
        "RunKindEnum": "runs.tracking.models.RunKind",
        "StatusEnum": "runs.tracking.statuses.Status",
    },
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "password": {"type": "http", "scheme": "basic"},
        }
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"outages": {"()": "runs.database.outage_log.LeaveOutages"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["outages"]}
    },
    "root": {"handlers": ["console"], "level": env("STUDIO_LOG_LEVEL", "WARNING")},
    # An answer of 4xx tells the one who asked; only a 5xx concerns who runs the studio.
    # A worker of Celery has a handler of its own.
    "loggers": {"django.request": {"level": "ERROR"}, "celery.app.trace": {"filters": ["outages"]}},
}
