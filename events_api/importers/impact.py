"""Files of the impact model: the assumptions of version 1, which the package ships, and the inputs of one run."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct, field

from events_api.domain.impact.assess import EXTENDED_KAPPA, KAPPA, Run
from events_api.domain.impact.carbon import OCCUPANCY, Mobility
from events_api.domain.impact.formulas import Unit
from events_api.domain.impact.laws import MOST_DRAWS, STREAMS, DrawsOutOfRange, Triple
from events_api.domain.impact.model import SPLIT, VAT, Amount, Hotel, Inputs, Line, Share, Stands
from events_api.domain.impact.parameters import (
    Dist,
    EmissionFactor,
    Parameter,
    ParameterSet,
    Profile,
    Status,
    check_set,
    check_values,
)
from events_api.domain.impact.segments import Segment
from events_api.domain.imports import FileUnreadable
from events_api.importers.communes import TERRITORY

PARAMETERS = files("events_api.importers") / "data" / "impact_parameters_v1.json"
LARGEST_BYTES: Final = 10_000_000

_UNITS: Final[dict[str, Unit]] = {
    "×": "factor",
    "jours": "days",
    "part": "share",
    "nuits": "nights_per_stay",
    "€/pers/nuit": "eur_per_night",
    "€/nuit": "eur_per_night",
    "€/jour": "eur_per_day",
    "€/ETP": "eur_per_fte",
}
_Letter = Literal["S", "P", "J", "K"]
_STATUSES: Final[dict[_Letter, Status]] = {"S": "sourced", "P": "partial", "J": "judged", "K": "unverified"}


# Assumptions


class _Source(Struct, kw_only=True):
    status: _Letter
    note: str
    sources: tuple[str, ...] = ()


class _Parameter(_Source, kw_only=True):
    key: str
    unit: str
    low: float
    mode: float
    high: float
    dist: Dist


class _Factor(_Source, kw_only=True):
    key: str
    value: float


class _Profile(_Source, kw_only=True):
    profile: str
    low: float
    mode: float
    high: float


class _Assumptions(Struct):
    sources: dict[str, str]
    parameters: list[_Parameter]
    emission_factors: list[_Factor]
    profiles_nonlocal_share: list[_Profile]


@cache
def first_parameters() -> ParameterSet:
    """The assumptions of version 1: 51 parameters, 9 emission factors, 6 profiles."""
    read = msgspec.json.decode(PARAMETERS.read_bytes(), type=_Assumptions)
    found = ParameterSet(
        version="1",
        sources=read.sources,
        parameters=tuple(
            Parameter(
                key=one.key,
                unit=_UNITS[one.unit],
                low=one.low,
                mode=one.mode,
                high=one.high,
                dist=one.dist,
                status=_STATUSES[one.status],
                sources=one.sources,
                note=one.note,
            )
            for one in read.parameters
        ),
        emission_factors=tuple(
            EmissionFactor(
                mode=one.key.removeprefix("ef_"),
                value=one.value,
                status=_STATUSES[one.status],
                sources=one.sources,
                note=one.note,
            )
            for one in read.emission_factors
        ),
        profiles=tuple(
            Profile(
                name=one.profile,
                low=one.low,
                mode=one.mode,
                high=one.high,
                status=_STATUSES[one.status],
                note=one.note,
            )
            for one in read.profiles_nonlocal_share
        ),
    )
    check_set(found)
    return found


# One run, in the shape of the worked examples of AMP-IMPACT/1


class _Fixed(Struct, forbid_unknown_fields=True):
    """The facts. What is given in kind is one amount of the métropole's, or amounts by public funder."""

    attendances_scanned: Amount
    revenue: dict[Line, Amount]
    expense: dict[Line, Amount]
    split_nonacc: dict[Line, Share] = field(default_factory=lambda: dict(SPLIT))
    vat: dict[Line, Share] = field(default_factory=lambda: dict(VAT))
    in_kind: Amount | dict[Line, Amount] | None = None
    territory: Annotated[str, Meta(min_length=1, max_length=60)] = TERRITORY
    hotel: Hotel | None = None
    stands: Stands | None = None
    deals_signed: Amount | None = None
    contracts: Annotated[int, Meta(ge=0)] | None = None


class _Extended(Struct):
    inputs: dict[Literal["kappa_alt"], tuple[float, float, float]] = field(default_factory=dict)


class _Journeys(Struct):
    emission_factor_kg_per_km: dict[str, float]
    mode_shares: dict[Segment, dict[str, float]]
    one_way_km: dict[Segment, float]
    car_occupancy: float = OCCUPANCY


class _Carbon(Struct):
    inputs: _Journeys


class _File(Struct):
    """What is read of the file; the results that the worked examples also hold are not."""

    fixed_inputs: _Fixed
    parameters_low_mode_high: dict[Line, tuple[float, float, float]]
    seed: int
    n_mc: int
    parameter_stream_order: tuple[str, ...] = STREAMS
    monte_carlo_extended_profile: _Extended = field(default_factory=_Extended)
    carbon_mobility: _Carbon | None = None


def read_run(content: bytes) -> Run:
    """The run that a file asks for. Raises FileUnreadable, or the refusal of a parameter.

    `monte_carlo_extended_profile.inputs.kappa_alt`, where it is there, is the κ of the extended profile.
    """
    try:
        read = msgspec.json.decode(content, type=_File)
    except msgspec.MsgspecError as error:
        raise FileUnreadable(reason=str(error)) from None
    if not 1 <= read.n_mc <= MOST_DRAWS:
        raise DrawsOutOfRange(field="n_mc", most=MOST_DRAWS)
    parameters = {key: Triple(*values) for key, values in read.parameters_low_mode_high.items()}
    kappa = read.monte_carlo_extended_profile.inputs.get("kappa_alt")
    extended = EXTENDED_KAPPA if kappa is None else Triple(*kappa)
    for key, triple in (*parameters.items(), (KAPPA, extended)):
        check_values(key, triple)
    return Run(
        inputs=_inputs(read),
        parameters={key: triple for key, triple in parameters.items() if not key.startswith("grade_")},
        seed=read.seed,
        draws=read.n_mc,
        extended_kappa=extended,
        streams=read.parameter_stream_order,
    )


def _inputs(read: _File) -> Inputs:
    fixed, in_kind = read.fixed_inputs, read.fixed_inputs.in_kind
    return Inputs(
        territory=fixed.territory,
        attendances=fixed.attendances_scanned,
        revenue=fixed.revenue,
        expense=fixed.expense,
        in_kind=in_kind if in_kind is None or isinstance(in_kind, dict) else {"metropole": in_kind},
        split=fixed.split_nonacc,
        vat=fixed.vat,
        hotel=fixed.hotel,
        stands=fixed.stands,
        mobility=None if read.carbon_mobility is None else _mobility(read.carbon_mobility.inputs),
        deals_signed=fixed.deals_signed,
        contracts=fixed.contracts,
    )


def _mobility(journeys: _Journeys) -> Mobility:
    return Mobility(
        mode_shares=journeys.mode_shares,
        one_way_km=journeys.one_way_km,
        emission_factors=journeys.emission_factor_kg_per_km,
        car_occupancy=journeys.car_occupancy,
    )
