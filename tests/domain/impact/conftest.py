"""The worked examples of AMP-IMPACT/1, to 12 digits."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.domain.impact.plain import Worked

FILE = Path(__file__).with_name("worked_examples.json")


@pytest.fixture(scope="session")
def worked() -> Worked:
    """Every worked example."""
    found: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())
    return found
