"""What every answer to a browser carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# unfold's Alpine.js evaluates the attributes of its own pages, and its colours are an inline style.
THEMED = STRICT | {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}

# Swagger UI writes styles into what it draws.
DRAWN = STRICT | {"style-src": "'self' 'unsafe-inline'"}


class ContentSecurityPolicy:
    """Tell the browser to run nothing that is not ours: a second net below escaping.

    The themed admin needs two exceptions, which hold below its own address only. A view that sets its own policy
    keeps it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the policy."""
        response = self.get_response(request)
        policy = THEMED if settings.UNFOLD_INSTALLED and _is_admin(request) else STRICT
        response.headers.setdefault("Content-Security-Policy", header(policy))
        return response


def _is_admin(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index"))


def header(policy: dict[str, str]) -> str:
    """The policy as it is sent."""
    return "; ".join(f"{name} {value}" for name, value in policy.items())
