"""What axe-core objects to on a page that is open in a browser."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "browser" / "axe" / "axe.min.js"


def violations(page: Page) -> list[str]:
    """Rule by rule with the first element."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({preload: false}).then(result => result.violations)")
    return [f"{v['id']}: {v['help']}: {json.dumps(v['nodes'][0]['html'])[:200]}" for v in found]
