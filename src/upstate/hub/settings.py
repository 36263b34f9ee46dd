"""What Django must know that is the same everywhere; the rest comes from a Configuration (see start.py)."""

from typing import Any

from upstate.hub.web.policy import content_security_policy

DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.postgresql"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",  # its documentation page then takes script and style from here, not from another origin
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "upstate.hub",
]
LOGGING_CONFIG = None
# Of those, what a command that reads and sends can do without: to load them takes a third of a second.
APPS_OF_PAGES = ("django_htmx", "ninja", "allauth", "django.contrib.staticfiles", "django.contrib.messages")
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

ROOT_URLCONF = "upstate.hub.web.urls"
MIDDLEWARE = [
    "upstate.hub.web.middleware.ContentSecurityPolicy",
    "upstate.hub.web.middleware.Probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "upstate.hub.web.middleware.OneLineErrors",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "upstate.hub.web.page.page",
            ],
            "builtins": [
                "django.templatetags.static",
                "upstate.hub.templatetags.components",
                "upstate.hub.templatetags.addresses",
                "upstate.hub.templatetags.wording",
                "upstate.hub.templatetags.of_state",
                "upstate.hub.templatetags.verifying",
            ],
        },
    }
]
FORM_RENDERER = "upstate.hub.web.forms.Renderer"

AUTH_USER_MODEL = "hub.Person"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an e-mail is unique, upper and lower case alike, by a constraint of its own
AUTHENTICATION_BACKENDS = [
    "upstate.hub.web.signing_in.Passwords",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
PASSWORD_RESET_TIMEOUT = 60 * 60  # seconds
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"

SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: a working day
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "upstate_session"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "upstate_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "upstate.hub.web.pages.failures.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
UPSTATE_CONTENT_SECURITY_POLICY = content_security_policy()
UPSTATE_BEHIND_PROXY = False
UPSTATE_ADDRESS = ""
UPSTATE_METRICS_TOKEN = ""
UPSTATE_STALL_MINUTES = 15
UPSTATE_LEASE_SECONDS = 90
X_FRAME_OPTIONS = "DENY"

DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
EMAIL_SUBJECT_PREFIX = ""
STATIC_URL = "/static/"
WHITENOISE_AUTOREFRESH = False
WHITENOISE_USE_FINDERS = True  # served where they lie: nothing is collected at run time

# single sign-on; who may come in is decided by whom the hub knows, see web/single_sign_on.py
ACCOUNT_ADAPTER = "upstate.hub.web.single_sign_on.NoSignUp"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
SOCIALACCOUNT_ADAPTER = "upstate.hub.web.single_sign_on.KnownPeopleOnly"
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
SOCIALACCOUNT_STORE_TOKENS = False
