"""The worked examples of AMP-IMPACT/1, to 12 digits, and the run that they are of."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from events_api.domain.impact.assess import Assessment, Run, assess
from events_api.importers.impact import first_parameters, read_run
from tests.domain.impact.plain import Worked

FILE = Path(__file__).with_name("worked_examples.json")


@pytest.fixture(scope="session")
def worked() -> Worked:
    """Every worked example."""
    found: dict[str, Any] = msgspec.json.decode(FILE.read_bytes())
    return found


@pytest.fixture(scope="session")
def run() -> Run:
    """The fictional festival of three days, with how well its parameters are known."""
    return msgspec.structs.replace(read_run(FILE.read_bytes()), status=first_parameters().statuses)


@pytest.fixture(scope="session")
def assessment(run: Run) -> Assessment:
    """Its result over 100,000 draws."""
    return assess(run)
