"""The web process's own two pages: where to begin, and the way to the sandbox."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Links to everything a person may open, in the browser's language."""
    return render(request, "home.html", {"sandbox": settings.SANDBOX_ENABLED and settings.SANDBOX_URL})


@require_safe
def sandbox(request: HttpRequest) -> HttpResponse:
    """The simulated Telegram runs in a process of its own: go there. 404 where it is not enabled."""
    if not settings.SANDBOX_ENABLED or not settings.SANDBOX_URL:
        raise Http404
    return HttpResponseRedirect(settings.SANDBOX_URL)
