"""Who may do what: one row per operation; the guards, the documentation and the tests all read this table."""

from events_api.domain.actors import BREADTH, Actor, Grant, Role, Scope
from events_api.domain.errors import LoginRequired, NotAllowed

Rule = dict[Role, Scope]

STAFF_READ: Rule = {
    "officer": "all", "communication": "all", "elected": "all", "auditor": "all", "administrator": "all",
}  # fmt: skip
PUBLIC: Rule = {
    "anonymous": "public", "organiser": "public", "gate": "public", "officer": "public", "communication": "public",
    "elected": "public", "auditor": "public", "administrator": "public",
}  # fmt: skip
PROGRAMME_READ: Rule = {"anonymous": "public", "organiser": "own", "gate": "public", **STAFF_READ}
PROGRAMME_WRITE: Rule = {"organiser": "own", "officer": "all", "communication": "all", "administrator": "all"}
OFFICER_WRITE: Rule = {"officer": "all", "administrator": "all"}
ADMIN: Rule = {"administrator": "all"}
FILE_READ: Rule = {"organiser": "own", "officer": "all", "elected": "all", "auditor": "all", "administrator": "all"}
FILE_WRITE: Rule = {"organiser": "own", "officer": "all", "administrator": "all"}
CONTROL: Rule = {"officer": "all", "auditor": "all", "administrator": "all"}
JOB_READ: Rule = {"organiser": "own", "communication": "own", "elected": "own", **CONTROL}  # own: that they asked for
SIGNED_IN: Rule = {
    "organiser": "own", "officer": "own", "communication": "own", "elected": "own", "auditor": "own",
    "administrator": "own",
}  # fmt: skip


def _resource(
    singular: str, plural: str, *, read: Rule, write: Rule, retire: Rule | None = None, external: bool = False
) -> dict[str, Rule]:
    return {
        f"list{plural}": read,
        f"read{singular}": read,
        f"create{singular}": write,
        f"change{singular}": write,
        f"retire{singular}": retire or OFFICER_WRITE,
    } | ({f"upsert{singular}": write} if external else {})


ACCESS: dict[str, Rule] = (
    _resource("Family", "Families", read=PUBLIC, write=ADMIN, retire=ADMIN)
    | _resource("RoadmapAction", "RoadmapActions", read=PUBLIC, write=ADMIN, retire=ADMIN)
    | _resource("Organisation", "Organisations", read=PROGRAMME_READ, write=PROGRAMME_WRITE, external=True)
    | _resource("Place", "Places", read=PROGRAMME_READ, write=PROGRAMME_WRITE, external=True)
    | _resource("Event", "Events", read=PROGRAMME_READ, write=PROGRAMME_WRITE, external=True)
    | _resource("Edition", "Editions", read=PROGRAMME_READ, write=PROGRAMME_WRITE, external=True)
    | _resource("Session", "Sessions", read=PROGRAMME_READ, write=PROGRAMME_WRITE, retire=PROGRAMME_WRITE)
    | {
        "readEditionDashboard": PROGRAMME_READ,
        "readEditionChart": PROGRAMME_READ,
        "readYearDashboard": PROGRAMME_READ,
        "readYearChart": PROGRAMME_READ,
        "listImports": STAFF_READ,
        "readImport": STAFF_READ,
        "listImportLines": STAFF_READ,
        "listFestivalCandidates": STAFF_READ,
        "readFestivalCandidate": STAFF_READ,
        "decideFestivalCandidate": OFFICER_WRITE,
    }
    | {"listCommunes": PUBLIC, "readOpenApi": PUBLIC}
    | {
        "listJobs": CONTROL,
        "readJob": JOB_READ,
        "readJobEvents": JOB_READ,
        "requeueJob": ADMIN,
        "cancelJob": ADMIN,
        "listAuditEntries": {"auditor": "all", "administrator": "all"},
    }
)

PERSONS_ONLY: frozenset[str] = frozenset({"changeMe", "changeMyPassword"})
PEOPLE_READ: Rule = {"auditor": "all", "administrator": "all"}
TOKEN_READ: Rule = {"organiser": "own", "auditor": "all", "administrator": "all"}
TOKEN_WRITE: Rule = {"organiser": "own", "administrator": "all"}
ACCESS |= (
    _resource("Account", "Accounts", read=PEOPLE_READ, write=ADMIN)
    | _resource("Membership", "Memberships", read=PEOPLE_READ, write=ADMIN, retire=ADMIN)
    | {"eraseAccount": ADMIN, "createInvitation": ADMIN, "acceptInvitation": PUBLIC}
    | {"listTokens": TOKEN_READ, "readToken": TOKEN_READ, "createToken": TOKEN_WRITE, "revokeToken": TOKEN_WRITE}
    | {"logIn": PUBLIC, "logOut": PUBLIC, "readMe": PUBLIC}
    | {"changeMe": SIGNED_IN, "changeMyPassword": SIGNED_IN, "listMySessions": SIGNED_IN, "endMySession": SIGNED_IN}
)
del ACCESS["retireAccount"]  # a person leaves by erasure
# An organiser changes its own organisation; a new one, and a place once it is there, is nobody's own.
PROGRAMME_STAFF_WRITE: Rule = {role: scope for role, scope in PROGRAMME_WRITE.items() if role != "organiser"}
ACCESS |= dict.fromkeys(("createOrganisation", "upsertOrganisation", "changePlace"), PROGRAMME_STAFF_WRITE)

STAFF_FILE_READ: Rule = {"officer": "all", "elected": "all", "auditor": "all", "administrator": "all"}
ANNEX_READ: Rule = {"anonymous": "public", "organiser": "public", "gate": "public", **STAFF_READ}
ACCESS |= (
    {
        "listEditionFigures": PROGRAMME_READ,
        "createEditionFigure": FILE_WRITE,
        "readEditionFigure": PROGRAMME_READ,
        "retireEditionFigure": OFFICER_WRITE,
        "listProgrammeFigures": PUBLIC,
        "createProgrammeFigure": OFFICER_WRITE,
        "readProgrammeFigure": PUBLIC,
        "retireProgrammeFigure": OFFICER_WRITE,
        "submitAttendanceReport": FILE_WRITE,
        "returnAttendanceReport": OFFICER_WRITE,
        "validateAttendanceReport": OFFICER_WRITE,
        "listAttendanceReportVersions": FILE_READ,
        "readAttendanceReportVersion": FILE_READ,
        "instructSubsidy": OFFICER_WRITE,
        "decideSubsidy": OFFICER_WRITE,
        "listSubsidyDecisions": FILE_READ,
        "signSubsidyAgreement": OFFICER_WRITE,
        "paySubsidy": OFFICER_WRITE,
        "listSubsidyPayments": FILE_READ,
        "reportSubsidy": FILE_WRITE,
        "closeSubsidy": OFFICER_WRITE,
        "withdrawSubsidy": FILE_WRITE,
        "takeEditorialStep": PROGRAMME_WRITE,
        "mergeEvents": OFFICER_WRITE,
        "mergeOrganisations": OFFICER_WRITE,
        "readEventBySlug": PROGRAMME_READ,
        "readFile": PUBLIC,
        "listAnnexes": ANNEX_READ,
        "readAnnex": ANNEX_READ,
        "readAnnexVersion": PUBLIC,
        "readAnnexPdf": PUBLIC,
        "readAnnexHtml": PUBLIC,
        "readAnnexCsv": PUBLIC,
        "freezeAnnex": OFFICER_WRITE,
    }
    | _resource("FigureConflict", "FigureConflicts", read=PUBLIC, write=OFFICER_WRITE)
    | _resource("AttendanceReport", "AttendanceReports", read=FILE_READ, write=FILE_WRITE, retire=FILE_WRITE)
    | _resource("Call", "Calls", read=PUBLIC, write=OFFICER_WRITE)
    | _resource("Envelope", "Envelopes", read=STAFF_FILE_READ, write=OFFICER_WRITE)
    | _resource("Subsidy", "Subsidies", read=FILE_READ, write=FILE_WRITE)
    | _resource("FundingLine", "FundingLines", read=FILE_READ, write=FILE_WRITE, retire=FILE_WRITE)
)
ACCESS |= (
    dict.fromkeys(
        ("computeSurvey", "computeDensity", "computeCaptureRecapture", "computeGateSampling", "computeDwellTime"),
        PUBLIC,
    )
    | dict.fromkeys(
        (
            "proposeSurvey",
            "proposeDensity",
            "proposeCaptureRecapture",
            "proposeGateSampling",
            "requestAttendanceChecks",
        ),
        FILE_WRITE,
    )
    | dict.fromkeys(
        (
            "listAttendanceEstimates",
            "readAttendanceEstimate",
            "readAttendanceChecks",
            "readAttendanceEvidence",
            "readAttendanceEvidenceVersion",
        ),
        FILE_READ,
    )
    | dict.fromkeys(
        (
            "acceptAttendanceEstimate",
            "refuseAttendanceEstimate",
            "acceptAttendanceEvidence",
            "refuseAttendanceEvidence",
        ),
        OFFICER_WRITE,
    )
)

ACCESS |= (
    dict.fromkeys(("listAssumptionSets", "readAssumptionSet", "readAssumptionSetCsv"), PUBLIC)
    | dict.fromkeys(("putImpactEntry", "previewImpact"), FILE_WRITE)
    | dict.fromkeys(
        (
            "listImpactEntries",
            "listAssumptionOverrides",
            "listImpactAssessments",
            "readImpactAssessment",
            "listImpactNodes",
            "readImpactTrail",
            "readAssumptionDocument",
            "readImpactChart",
            "readImpactChartSvg",
            "readImpactChartPng",
            "readImpactTableCsv",
            "readImpactTableXlsx",
            "readImpactPdf",
            "readImpactBoard",
        ),
        FILE_READ,
    )
    | dict.fromkeys(
        (
            "createAssumptionSet",
            "putAssumptionOverride",
            "retireAssumptionOverride",
            "requestImpactAssessment",
            "putAssumptionDocument",
        ),
        OFFICER_WRITE,
    )
)

SHARE: Rule = {"officer": "all", "communication": "all", "administrator": "all"}
ACCESS |= {"listImpactShares": FILE_READ | SHARE, "shareImpactChart": SHARE, "withdrawImpactShare": SHARE}
ACCESS |= {"readImpactYear": STAFF_FILE_READ}
ACCESS |= {"putTicketFile": FILE_WRITE, "previewTicketFile": FILE_WRITE} | _resource(
    "ImportProfile", "ImportProfiles", read=FILE_READ, write=FILE_WRITE, retire=FILE_WRITE
)
ATTENDANCE_READ: Rule = {"organiser": "own", **STAFF_READ}
TICKET_READ: Rule = {"organiser": "own", **CONTROL}
ACCESS |= dict.fromkeys(
    ("readAttendance", "readAttendanceFlow", "readOccupancy",
     "exportAttendanceCsv", "exportAttendanceXlsx", "exportAttendanceParquet"),
    ATTENDANCE_READ,
)  # fmt: skip
ACCESS |= dict.fromkeys(
    ("listTicketImports", "readTicketImport", "readTicketRefusals", "readTicketLines",
     "exportScansCsv", "exportScansXlsx", "exportScansParquet",
     "exportTicketsCsv", "exportTicketsXlsx", "exportTicketsParquet"),
    TICKET_READ,
)  # fmt: skip
ACCESS |= {"startTicketImport": FILE_WRITE, "undoTicketImport": FILE_WRITE}
GATE_READ: Rule = {"gate": "own", **FILE_READ}
ACCESS |= {"recordScans": {"gate": "own"}, "replaceGateSettings": FILE_WRITE, "correctScan": FILE_WRITE}
ACCESS |= dict.fromkeys(("readGateSettings", "readPresence", "followPresence"), GATE_READ)


def grant(operation: str, actor: Actor) -> Grant:
    """Return how far `actor` may go with `operation`; raises LoginRequired or NotAllowed when not at all."""
    rule = ACCESS[operation]
    held = [(role, rule[role]) for role in sorted(actor.roles) if role in rule]
    if "anonymous" in rule and not held:
        held = [("anonymous", rule["anonymous"])]
    if not held:
        raise LoginRequired if actor.kind == "anonymous" else NotAllowed
    if operation in PERSONS_ONLY and actor.kind != "person":
        raise NotAllowed
    role, scope = max(held, key=lambda pair: BREADTH[pair[1]])
    return Grant(role=role, scope=scope, organisations=actor.organisations, edition=actor.edition)
