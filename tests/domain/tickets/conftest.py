"""The worked example of AMP-IMPACT/1 that counts scans."""

import pytest

LOG = """
18.0 T1 in ok;18.05 T3 in ok;18.1 T3 in duplicate;18.2 T4 in ok;19.0 T2 in ok;19.3 T1 out ok;20.1 T1 in ok;
20.3 T5 in ok;21.0 T8 in ok;22.0 T4 out ok;24.5 T3 out ok;25.0 T1 out ok;25.2 T2 out ok;25.4 T5 out ok;25.5 T8 out ok;
42.0 T1 in ok;42.1 T6 in ok;42.2 T7 in ok;43.0 T2 in ok;44.0 T6 out ok;44.5 T6 in ok;44.6 T9 in invalid;49.0 T1 out ok;
49.1 T2 out ok;49.2 T6 out ok;49.3 T7 out ok;66.0 T1 in ok;72.9 T1 out ok
"""
ISSUED = "T1 pass3;T2 pass3;T3 day1;T4 day1;T5 day1;T6 day2;T7 comp;T8 pro;T9 day1;T10 comp"


@pytest.fixture
def worked_example() -> dict[str, object]:
    """`scan_log`: hours since midnight of the first day, ticket, direction, verdict; what was issued."""
    log = [line.split() for line in LOG.replace("\n", "").split(";")]
    return {
        "inputs": {
            "log": [(float(hours), *rest) for hours, *rest in log],
            "issued": dict(line.split() for line in ISSUED.split(";")),
        }
    }
