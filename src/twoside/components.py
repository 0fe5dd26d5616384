"""The folder is the registry: `use = "swing"` loads `swing.py` of the stage's folder.

Nothing is imported before it is named, and no list has to be kept: adding a choice is adding a
file. The file holds one settings class, named as the file without regard to case: `itemcf.py`
holds `ItemCF`, `xgboost.py` holds `XGBoost`.
"""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from typing import Any

from twoside import config
from twoside.errors import ConfigError, MissingExtra, did_you_mean

_EXTRA_OF = {
    "torch": "deep",
    "safetensors": "deep",
    "faiss": "recall",
}


def names(package: str) -> list[str]:
    """The choices in a folder, for example `names("twoside.funnel.recall.channels")`."""
    found = (entry.name for entry in files(package).iterdir())
    return sorted(
        name.removesuffix(".py")
        for name in found
        if name.endswith(".py") and not name.startswith("_")
    )


def load(package: str, use: str, where: str = "") -> type[Any]:
    """The settings class of the choice `use` in the folder `package`."""
    known = names(package)
    if use not in known:
        short = package.removeprefix("twoside.")
        raise ConfigError(
            f"{where or short}: there is no '{use}' in {short}. {did_you_mean(use, known)}"
        )
    try:
        module = import_module(f"{package}.{use}")
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _EXTRA_OF:
            raise
        raise MissingExtra(
            f"{where or use}: '{use}' needs '{library}'. "
            f"Install it with: pip install 'twoside[{_EXTRA_OF[library]}]'"
        ) from None
    wanted = use.replace("_", "")
    for name, value in vars(module).items():
        if isinstance(value, type) and name.lower() == wanted:
            return value
    raise ConfigError(f"{module.__name__}: expected a class named like the file, '{wanted}'.")


def build(package: str, table: dict[str, Any], where: str) -> Any:
    """An instance of the choice named by `use`, with the table's other entries as settings."""
    if not isinstance(table.get("use"), str):
        raise ConfigError(f"{where}: needs `use`. Known: {', '.join(names(package))}.")
    cls = load(package, table["use"], where)
    return config.build(cls, {k: v for k, v in table.items() if k != "use"}, where)
