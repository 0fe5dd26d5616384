"""`GET /docs`: the OpenAPI description as a readable page that loads nothing from elsewhere.

The usual pages (Swagger UI, ReDoc) come from a content network; a server behind a firewall would
show a blank page. This one is written from the same description, in plain HTML.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import APIRouter
from jinja2 import Environment, PackageLoader
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from fastapi import FastAPI


def routes(app: FastAPI) -> APIRouter:
    """The page."""
    router = APIRouter()

    @router.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))

    return router


def page(description: dict[str, Any]) -> str:
    """An OpenAPI description as HTML."""
    schemas = description.get("components", {}).get("schemas", {})
    calls = [
        {
            "method": method.upper(),
            "path": path,
            "summary": call.get("summary", ""),
            "body": _shape(_content(call.get("requestBody", {})), schemas),
            "answer": _shape(_content(call["responses"].get("200", {})), schemas),
            "example": _example(_content(call.get("requestBody", {})), schemas),
            "statuses": sorted(call["responses"]),
        }
        for path, methods in description["paths"].items()
        for method, call in methods.items()
    ]
    info = description["info"]
    return str(_template().render(info=info, calls=calls))


@cache
def _template() -> Any:
    loader = PackageLoader("twoside.server.api", ".")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True)
    return environment.get_template("documentation.html.j2")


def _content(part: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _follow(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = schemas.get(name, schema)
    return found


def _shape(
    schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0
) -> list[dict[str, object]]:
    """Rows (depth, name, type, required, default, meaning) of an object and those inside it."""
    inner = _follow(schema, schemas)
    required = inner.get("required", [])
    rows: list[dict[str, object]] = []
    for name, field in inner.get("properties", {}).items():
        rows.append(
            {
                "depth": depth,
                "name": name,
                "type": _type(field, schemas),
                "required": name in required,
                "default": ""
                if "default" not in field
                else orjson.dumps(field["default"]).decode(),
                "meaning": field.get("description", ""),
            }
        )
        rows += _shape(field.get("items", field), schemas, depth + 1)
    return rows


def _type(field: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " | ".join(_type(choice, schemas) for choice in field["anyOf"])
    if "enum" in field:
        return " | ".join(orjson.dumps(choice).decode() for choice in field["enum"])
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    kind = str(field.get("type", "any"))
    if kind == "array":
        return f"list of {_type(field.get('items', {}), schemas)}"
    signs = {"minimum": "≥", "maximum": "≤"}
    limits = [f"{sign} {field[key]:g}" for key, sign in signs.items() if key in field]
    return " ".join([kind, *limits])


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    example = _follow(schema, schemas).get("example")
    return "" if example is None else orjson.dumps(example).decode()
