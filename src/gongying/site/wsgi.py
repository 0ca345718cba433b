"""The application the server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
application = get_wsgi_application()

from . import warm  # noqa: E402 - it reads what the line above has set up

warm.start()
