"""Django settings; everything that differs between sites comes from PINGZHAN_* variables."""

from __future__ import annotations

import secrets
from pathlib import Path

from pingzhan.config import env
from pingzhan.config.embedded import default_data_dir

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent

DEBUG = env.flag("PINGZHAN_DEBUG")
SECRET_KEY = env.text("PINGZHAN_SECRET_KEY") or secrets.token_urlsafe(48)
BIND_HOST = env.text("PINGZHAN_HOST", "127.0.0.1")
PORT = env.number("PINGZHAN_PORT", 8000)
ALLOWED_HOSTS = [
    host for host in env.text("PINGZHAN_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if host
]
# Demo personas sign in without a password, so the mode exists only where nobody else can connect.
DEMO = env.flag("PINGZHAN_DEMO") and BIND_HOST in ("127.0.0.1", "localhost", "::1")
PUBLIC_URL = env.text("PINGZHAN_PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_linear_migrations",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "django_cotton.apps.SimpleAppConfig",
    "django_tasks",
    "django_tasks_db",
    "pgtrigger",
    "pghistory",
    "pingzhan.foundation.ui",
    "pingzhan.foundation.options",
    "pingzhan.foundation.accounts",
    "pingzhan.foundation.access",
    "pingzhan.foundation.audit",
    "pingzhan.foundation.messages",
    "pingzhan.foundation.jobs",
    "pingzhan.foundation.live",
    "pingzhan.foundation.runs",
    "pingzhan.foundation.privacy",
    "pingzhan.foundation.imports",
    "pingzhan.foundation.exports",
    "pingzhan.foundation.documents",
    "pingzhan.foundation.photos",
    "pingzhan.domain.territory",
    "pingzhan.domain.organisation",
    "pingzhan.domain.roster",
    "pingzhan.domain.command",
    "pingzhan.domain.orders",
    "pingzhan.domain.reporting",
    "pingzhan.domain.frontline",
    "pingzhan.domain.drills",
    "pingzhan.domain.measures",
    "pingzhan.domain.obligations",
    "pingzhan.domain.people",
    "pingzhan.domain.returnees",
    "pingzhan.domain.health",
    "pingzhan.domain.sanitation",
    "pingzhan.domain.supplies",
    "pingzhan.domain.gate",
    "pingzhan.domain.premises",
    "pingzhan.domain.screening",
    "pingzhan.pages.console",
    "pingzhan.pages.company",
    # In front of allauth, whose templates it replaces.
    "pingzhan.pages.field",
    "pingzhan.pages.public",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]
FIRST_PARTY_APPS = [app for app in INSTALLED_APPS if app.startswith("pingzhan.")]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "pingzhan.foundation.ui.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pingzhan.foundation.ui.language.ChineseFirstMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pingzhan.foundation.access.middleware.ActorMiddleware",
    "pingzhan.foundation.access.guard.GuardMiddleware",
    "pingzhan.foundation.ui.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "pingzhan.config.urls"
ASGI_APPLICATION = "pingzhan.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "pingzhan.foundation.ui.context.ui",
                "pingzhan.foundation.access.context.session",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "pingzhan.foundation.ui.templatetags.ui",
            ],
        },
    }
]

# Django's own, with the same text for choice lists and single-line fields in less time.
FORM_RENDERER = "pingzhan.foundation.ui.renderer.Renderer"

# The web process (config/asgi.py) makes pages in this many threads, which borrow connections from a bounded pool.
POOL = env.flag("PINGZHAN_POOL")
# All web processes together keep within 40 connections of the 100 that a PostgreSQL allows by default.
POOL_SIZE = max(8, min(20, 40 // max(1, env.number("PINGZHAN_WEB_WORKERS", 1))))
# The application signs in with a role that can neither change history nor any table (foundation/audit/grants.py);
# migrations run as the owner. A site with one address only has one role for both, which doctor reports.
DATABASE_ROLES = env.roles()
DATABASE_APP_ROLE = DATABASE_ROLES.app_role
DATABASES = {
    "default": {
        **DATABASE_ROLES.chosen,
        "OPTIONS": {
            "application_name": "pingzhan",
            "connect_timeout": 10,
            # Our questions are short: a planner that reckons with many partitions would spend longer on compiling
            # one to machine code than on answering it (a year of compliance: 0.3 s instead of 0.1 s).
            "options": "-c jit=off",
            **({"pool": {"min_size": 2, "max_size": POOL_SIZE, "timeout": 10}} if POOL else {}),
        },
        "CONN_MAX_AGE": 0 if POOL else 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
# Limits on attempts and used codes hold for all processes together (docs/adr/0031); what may differ is "local".
CACHES = {
    "default": {"BACKEND": "pingzhan.foundation.accounts.shared.SharedCache"},
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Triggers are put in after each migrate, by foundation.audit.triggers: as operations of migrations they made every
# change of a table draw all models anew.
PGTRIGGER_MIGRATIONS = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "pingzhan.foundation.accounts.lockout.LockoutBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "pingzhan.foundation.accounts.passwords.NameValidator"},
    {"NAME": "pingzhan.foundation.accounts.passwords.HistoryValidator"},
]
# Secrets before the present one: sealed second factors stay readable while the secret is changed.
SECRET_KEY_FALLBACKS = [key for key in env.text("PINGZHAN_SECRET_KEY_FALLBACKS").split(",") if key]
# Proxies in front of us, as addresses or networks; only they may say where a visitor comes from.
TRUSTED_PROXIES = [text for text in env.text("PINGZHAN_TRUSTED_PROXIES").split(",") if text]
# Who may order or sees many people's data needs a second factor (foundation/access/factor.py).
SECOND_FACTOR = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "pingzhan.foundation.accounts.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# The lasting count per account and address is axes'; these hold off floods before it is asked.
ACCOUNT_RATE_LIMITS = {"login_failed": "60/m/ip,20/5m/key", "change_password": "5/m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "pingzhan.foundation.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # phones of a zone run up to half a minute wrong
MFA_FORMS = {
    "authenticate": "pingzhan.foundation.accounts.factors.CodeForm",
    "authenticate_webauthn": "pingzhan.foundation.accounts.factors.KeyForm",
    "reauthenticate": "pingzhan.foundation.accounts.factors.ConfirmForm",
}
AXES_HANDLER = "pingzhan.foundation.accounts.lockout.Handler"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "pingzhan.foundation.accounts.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "pingzhan.foundation.accounts.address.client_address"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_FAILURE_LIMIT = 5
AXES_RESET_ON_SUCCESS = False  # the handler forgets the account's failures only
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # accounts.SignIn is ours
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address", "code", "credential"]
AXES_VERBOSE = False
# axes' own middleware passes its arguments in the wrong order under ASGI; the adapter answers instead.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "pingzhan.foundation.ui.views.csrf_failure"
SECURE = env.flag("PINGZHAN_HTTPS")
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = None
VITE_DIST = Path(env.text("PINGZHAN_WEB_DIST", str(ROOT / "web" / "dist")))
STATICFILES_DIRS = [VITE_DIST] if VITE_DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+$"

# The key ring of personal data lies outside the database; the variable, when set, seals the ring's file.
KEY_DIR = Path(env.text("PINGZHAN_KEY_DIR") or default_data_dir() / "keys").expanduser()
MASTER_KEY = env.text("PINGZHAN_MASTER_KEY")
# Files for a text-message machine to pick up (channel "file drop"); the folder below it is a setting.
DROP_DIR = Path(env.text("PINGZHAN_DROP_DIR") or default_data_dir() / "drop").expanduser()
# Uploaded spreadsheets, sealed; deleted a day after their import has ended. Never served by the web server.
UPLOAD_DIR = Path(env.text("PINGZHAN_UPLOAD_DIR") or default_data_dir() / "uploads").expanduser()
# Contact and duty sheets of the last two days, plain, for the day the server is down; mode 0700.
SHEET_DIR = Path(env.text("PINGZHAN_SHEET_DIR") or default_data_dir() / "sheets").expanduser()

# Touched and asked for by the worker while nothing is overdue: whoever watches from outside misses the sign else.
HEARTBEAT_FILE = env.text("PINGZHAN_HEARTBEAT_FILE")
HEARTBEAT_URL = env.text("PINGZHAN_HEARTBEAT_URL")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "granian.access": {"level": "WARNING"},
    },
}
