"""The page to read the API on, and to try it: Swagger UI, served from here."""

from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from yabot.core.middleware import DRAWN, header


class Page(SpectacularSwaggerSplitView):
    """Open to everybody: without a key it shows what there is, and does nothing."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The page, or its script."""
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response["Content-Security-Policy"] = header(DRAWN)
        return response
