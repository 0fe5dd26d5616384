"""Bodies of requests: a field that does not exist is refused, with the nearest that does."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from twoside.errors import did_you_mean


class Strict(BaseModel):
    """A body whose field docstrings are its documentation."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _known_fields_only(cls, body: Any) -> Any:
        if isinstance(body, dict) and not body.keys() <= cls.model_fields.keys():
            name = next(name for name in body if name not in cls.model_fields)
            raise PydanticCustomError(
                "unknown_field",
                "there is no field '{name}'. {hint}",
                {"name": str(name), "hint": did_you_mean(str(name), cls.model_fields)},
            )
        return body
