"""The OpenAPI as it is served: drawn by ninja from the types, with the errors of them all."""

from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from postroom.api.problems import (
    ABSENT,
    BROKEN,
    INVALID,
    KINDS,
    MEDIA_TYPE,
    NO_KEY,
    NOT_YET,
    READ_ONLY,
    TOO_FAST,
    UNREADABLE,
    Kind,
)

A_FILE: Final = {
    "responses": {
        200: {
            "description": "The bytes, as a file.",
            "content": {"application/octet-stream": {"schema": {"type": "string"}}},
        }
    }
}
A_ZIP: Final = {
    "responses": {
        200: {
            "description": "The emails, and a manifest of what is not among them.",
            "content": {"application/zip": {"schema": {"type": "string"}}},
        }
    }
}
ALWAYS: Final = (UNREADABLE, NO_KEY, ABSENT, INVALID, TOO_FAST, BROKEN, NOT_YET)
WRITING: Final = ("post", "put", "patch", "delete")

PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `type` is for code, `detail` for whoever reads the log.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [kind.type for kind in KINDS]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class PostroomAPI(NinjaAPI):
    """The API, whose description names the problems that every operation may answer with."""

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        """The description, with an operation's name as people say it."""
        schema = super().get_openapi_schema(**where)
        schema["components"]["schemas"]["Problem"] = PROBLEM
        for operations in schema["paths"].values():
            for verb, operation in operations.items():
                kinds = (*ALWAYS, READ_ONLY) if verb in WRITING else ALWAYS
                for kind in kinds:
                    operation["responses"][kind.status] = described(kind)
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The function's name: clients that are drawn from the description call it so."""
        return str(operation.view_func.__name__)


def described(kind: Kind) -> dict[str, object]:
    """One kind of problem as an answer, with an example."""
    example = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": kind.detail,
    }
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": kind.title, "content": {MEDIA_TYPE: content}}
