"""What Django must know that is the same everywhere; the database comes from a Configuration (see start.py)."""

from typing import Any

DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.postgresql"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.postgres", "upstate.hub"]
LOGGING_CONFIG = None
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
