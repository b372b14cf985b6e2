"""Every closed list of the schema can be shown: the labels against the migrations."""

import re
from pathlib import Path

import pytest

from events_api.text.labels import LABELS

MIGRATIONS = Path(__file__).parents[2] / "migrations"
COLUMNS = {
    "edition.status": "event_status",
    "edition.editorial_state": "editorial_state",
    "edition.date_precision": "date_precision",
    "event.audience": "audience",
    "event_party.role": "party_role",
    "session.kind": "session_kind",
    "organisation.legal_form": "legal_form",
    "organisation.identifier_kind": "identifier_kind",
    "edition_figure.quantity": "quantity",
    "edition_figure.grade": "grade",
    "programme_figure.source_kind": "source_kind",
    "attendance_report.state": "report_state",
    "subsidy.state": "subsidy_state",
    "subsidy.nature": "subsidy_nature",
    "job.state": "job_state",
    "annex.state": "annex_state",
    "import_line.outcome": "line_outcome",
    "festival_candidate.state": "candidate_state",
}


def closed_lists() -> dict[str, list[str]]:
    found = {}
    for path in sorted(MIGRATIONS.glob("m*.py")):
        for table, body in re.findall(r"create table (\w+) \((.*?)\n\);", path.read_text(encoding="utf-8"), re.DOTALL):
            for column, values in re.findall(r"check \(\s*(\w+) in \(([^)]*)\)", body):
                found.setdefault(f"{table}.{column}", re.findall(r"'(\w+)'", values))
    return found


@pytest.mark.parametrize(("column", "group"), COLUMNS.items())
def test_every_value_of_a_list_has_its_label(column: str, group: str) -> None:
    assert sorted(LABELS[group]) == sorted(closed_lists()[column])
