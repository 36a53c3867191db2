"""Configuration of Sphinx."""

from __future__ import annotations

import onair

project = "django-onair"
copyright = "2026, the django-onair contributors"
release = version = onair.__version__

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "django-onair"
exclude_patterns = ["_build"]
