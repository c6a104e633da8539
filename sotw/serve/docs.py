"""The page that describes the API, from files that are installed: nothing is fetched elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse, Response

if TYPE_CHECKING:
    from fastapi import FastAPI

_FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
_AT = "/docs/files"


def install(app: FastAPI) -> None:
    """Add ``/docs``. Its one script is named by its digest, and no other may run."""
    folder = files("fastapi_offline") / "static"
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
        title=app.title,
        swagger_js_url=f"{_AT}/{_FILES[0]}",
        swagger_css_url=f"{_AT}/{_FILES[1]}",
        swagger_favicon_url=f"{_AT}/{_FILES[2]}",
    ).body
    scripts = re.findall(rb"<script>(.*?)</script>", bytes(page), re.DOTALL)
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}'" for one in scripts
    )
    policy = (
        f"default-src 'none'; script-src 'self' {digests}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    )

    def docs() -> HTMLResponse:
        return HTMLResponse(bytes(page), headers={"Content-Security-Policy": policy})

    def one_file(name: str) -> Response:
        if name not in _FILES:
            return Response(status_code=404)
        return FileResponse(str(folder / name), headers={"Cache-Control": "private, max-age=86400"})

    app.add_api_route("/docs", docs, include_in_schema=False)
    app.add_api_route(f"{_AT}/{{name}}", one_file, include_in_schema=False)
