"""The decisions and the payments of subsidies: written once, never changed."""

from typing import Any, Final

import msgspec

from events_api.domain.subsidies import Decision, DecisionContent, Payment, Subsidy
from events_api.store.records import Records

KEEP_DECISION: Final = """
    insert into subsidy_decision (subsidy_id, number, public_id, granted_cents, refused, decided_on, deliberation,
        reason, content, content_hash, decided_by, recorded_at)
    select s.id, 1 + (select count(*) from subsidy_decision d where d.subsidy_id = s.id), $2, $3, $4, $5, $6, $7,
           $8::jsonb, $9, $10, $11
      from subsidy s where s.public_id = $1
    returning number
"""
KEEP_PAYMENT: Final = """
    insert into subsidy_payment (subsidy_id, number, public_id, amount_cents, paid_on, reference, recorded_by,
        recorded_at)
    select s.id, $2, $3, $4, $5, $6, $7, $8 from subsidy s where s.public_id = $1
"""


class SubsidyRecords(Records[Subsidy]):
    """Subsidies with their decisions and payments; all numbering happens under the lock of the subsidy."""

    async def keep_decision(self, content: DecisionContent, content_hash: bytes) -> Decision:
        """Write a decision, for ever."""
        identifier = self.work.new_id()
        number = await self.connection.fetchval(
            KEEP_DECISION,
            content.subsidy_id,
            identifier,
            content.granted_cents,
            content.refused,
            content.decided_on,
            content.deliberation,
            content.reason,
            msgspec.json.encode(content, order="sorted").decode(),
            content_hash,
            self.work.actor.id,
            self.work.now,
        )
        decision = Decision(
            id=identifier,
            subsidy_id=content.subsidy_id,
            number=number,
            content=content,
            content_hash=content_hash.hex(),
            decided_by=self.work.actor.id,
            recorded_at=self.work.now,
        )
        after: dict[str, Any] = msgspec.to_builtins(decision)
        await self.work.audit("subsidy_decision", identifier, None, after)
        return decision

    async def payments(self, subsidy: Subsidy) -> int:
        """How many payments a subsidy has."""
        return int(
            await self.connection.fetchval(
                "select count(*) from subsidy_payment p join subsidy s on s.id = p.subsidy_id where s.public_id = $1",
                subsidy.id,
            )
        )

    async def keep_payment(self, payment: Payment) -> None:
        """Write a payment, for ever."""
        await self.connection.execute(
            KEEP_PAYMENT,
            payment.subsidy_id,
            payment.number,
            payment.id,
            payment.amount_cents,
            payment.paid_on,
            payment.reference,
            payment.recorded_by,
            payment.recorded_at,
        )
        after: dict[str, Any] = msgspec.to_builtins(payment)
        await self.work.audit("subsidy_payment", payment.id, None, after)
