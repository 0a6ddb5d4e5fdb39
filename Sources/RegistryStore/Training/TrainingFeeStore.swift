import Foundation
import PostgresClient
import RegistryDomain

extension RegistryStore {
    /// Charges everybody with a place who was not charged yet: the session's own fee (P2).
    public func chargeTraining(session: UUID, payer: TrainingPayer, as caller: Caller, once: OnceKey? = nil)
        async throws
        -> TrainingFees
    {
        try await permit(.chargeTraining, caller, record: session)
        return try await write(as: caller, once: once) { transaction in
            let held = try await transaction.holdTrainingSession(session, in: [.called, .recognized])
            let charged = try await transaction.pipeline([
                """
                INSERT INTO training_charges (id, session_id, learner_id, payer, employer_id, fee_in_fen, charged_on, recorded_by)
                SELECT gen_random_uuid(), i.session_id, i.learner_id,
                       CASE WHEN i.employer_id IS NULL THEN 'learner' ELSE \(payer.rawValue) END, i.employer_id, \(Int32(held.feeInFen)),
                       \(transaction.today), \(caller.userId)
                FROM training_invitations i WHERE i.session_id = \(session) AND i.state IN ('called', 'confirmed')
                  AND NOT EXISTS (SELECT FROM erased_learners x WHERE x.learner_id = i.learner_id)
                ON CONFLICT DO NOTHING
                """,
                AccessLine(.chargeTraining, record: session).statement(by: caller),
            ])[0].affectedRows
            guard charged > 0 else { throw StoreError.conflict(.nothingToCharge, entry: nil, claim: nil) }
            return try await transaction.trainingFees(session)
        }
    }

    public func trainingFees(session: UUID, as caller: Caller) async throws -> TrainingFees {
        try await permit(.readTraining, caller, record: session)
        return try await read(as: caller) { transaction in
            _ = try await transaction.trainingSession(session)
            return try await transaction.trainingFees(session)
        }
    }

    /// Takes what a unit or a learner owes for a session, under the year's next running number.
    public func receiveFees(session: UUID, _ receipt: NewReceipt, as caller: Caller, once: OnceKey? = nil) async throws
        -> ReceiptRecord
    {
        try await permit(.chargeTraining, caller, record: session)
        guard (receipt.employerId == nil) != (receipt.learnerId == nil) else {
            throw StoreError.invalid([
                .field(
                    "employerId", found: nil,
                    expected: Text(zh: "employerId 与 learnerId 二者填一", en: "either employerId or learnerId"))
            ])
        }
        return try await write(as: caller, once: once) { transaction in
            _ = try await transaction.holdTrainingSession(session, in: [.called, .recognized])
            return try await transaction.receive(receipt, of: session)
        }
    }

    /// A charge that is no longer due, with its reason; what was paid goes back.
    public func refundCharge(id: UUID, reason: String, as caller: Caller, once: OnceKey? = nil) async throws
        -> TrainingChargeRecord
    {
        try await permit(.chargeTraining, caller, record: id)
        return try await write(as: caller, once: once) { transaction in
            try FieldChecks.statement(reason, field: "reason")
            _ = try await transaction.one(
                "SELECT 1 AS held FROM training_charges WHERE id = \(id)", orElse: .recordUnknown)
            guard try await transaction.refund(session: nil, charge: id, reason: reason) == 1 else {
                throw StoreError.conflict(.refundedAlready, entry: nil, claim: nil)
            }
            _ = try await transaction.execute(
                AccessLine(.chargeTraining, record: id, reason: "refund").statement(by: caller))
            return try await transaction.one(
                "SELECT \(unescaped: TrainingChargeRecord.json) AS record \(unescaped: TrainingChargeRecord.from) WHERE c.id = \(id)",
                orElse: .recordUnknown
            ).json("record")
        }
    }
}

extension RegistryTransaction {
    func trainingFees(_ session: UUID) async throws -> TrainingFees {
        let rows = try await execute(
            """
            SELECT \(unescaped: TrainingChargeRecord.json) AS record \(unescaped: TrainingChargeRecord.from)
            WHERE c.session_id = \(session) ORDER BY e.name, l.name, c.id
            """)
        return TrainingFees(session: session, try rows.map { try $0.json("record") })
    }

    fileprivate func receive(_ receipt: NewReceipt, of session: UUID) async throws -> ReceiptRecord {
        let id = UUID()
        let due = try await execute(
            """
            SELECT c.id, c.fee_in_fen FROM training_charges c
            WHERE c.session_id = \(session)
              AND CASE WHEN \(receipt.employerId)::uuid IS NOT NULL THEN c.payer = 'unit' AND c.employer_id = \(receipt.employerId)
                       ELSE c.payer = 'learner' AND c.learner_id = \(receipt.learnerId) END
              AND NOT EXISTS (SELECT FROM training_receipt_lines p WHERE p.charge_id = c.id)
              AND NOT EXISTS (SELECT FROM training_refunds f WHERE f.charge_id = c.id)
            """)
        guard !due.isEmpty else { throw StoreError.conflict(.nothingDue, entry: nil, claim: nil) }
        let charges = try due.map { try $0.decode("id", as: UUID.self) }
        let amount = try due.reduce(Int64(0)) { try $0 + Int64($1.decode("fee_in_fen", as: Int32.self)) }
        let results = try await pipeline([
            """
            INSERT INTO training_receipts (id, year, number, session_id, employer_id, learner_id, amount_in_fen, received_on, recorded_by)
            VALUES (\(id), \(Int32(today.year)), next_training_number('receipt', \(Int32(today.year))), \(session), \(receipt.employerId),
                    \(receipt.learnerId), \(amount), \(today), \(caller.userId))
            """,
            """
            INSERT INTO training_receipt_lines (charge_id, receipt_id, session_id, fee_in_fen)
            SELECT c.id, \(id), c.session_id, c.fee_in_fen FROM training_charges c WHERE c.id = ANY (\(charges))
            """,
            AccessLine(.chargeTraining, learner: receipt.learnerId, record: id, reason: "receive").statement(
                by: caller),
            """
            SELECT jsonb_build_object('id', r.id, 'number', r.year || '-' || r.number, 'sessionId', r.session_id, 'sessionCode', s.code,
                'payer', coalesce(e.name, l.name), 'people', (SELECT count(*) FROM training_receipt_lines p WHERE p.receipt_id = r.id),
                'amountInFen', r.amount_in_fen, 'receivedOn', r.received_on, 'receivedBy', u.person_name) AS record
            FROM training_receipts r JOIN training_sessions s ON s.id = r.session_id JOIN users u ON u.id = r.recorded_by
            LEFT JOIN employers e ON e.id = r.employer_id LEFT JOIN learners l ON l.id = r.learner_id WHERE r.id = \(id)
            """,
        ])
        return try results[3][0].json("record")
    }

    /// What a cancelled session took goes back; what was due is due no more.
    func refundAll(of session: UUID, reason: String) async throws {
        _ = try await refund(session: session, charge: nil, reason: reason)
    }

    /// - Returns: how many charges are due no more.
    fileprivate func refund(session: UUID?, charge: UUID?, reason: String) async throws -> Int {
        try await execute(
            """
            INSERT INTO training_refunds (charge_id, year, number, refund_in_fen, reason, refunded_on, recorded_by)
            SELECT x.id, CASE WHEN x.paid IS NOT NULL THEN \(Int32(today.year)) END,
                   CASE WHEN x.paid IS NOT NULL THEN next_training_number('refund', \(Int32(today.year))) END, coalesce(x.paid, 0), \(reason),
                   \(today), \(caller.userId)
            FROM (SELECT c.id, p.fee_in_fen AS paid FROM training_charges c LEFT JOIN training_receipt_lines p ON p.charge_id = c.id
                  WHERE (c.session_id = \(session) OR c.id = \(charge))
                    AND NOT EXISTS (SELECT FROM training_refunds f WHERE f.charge_id = c.id) ORDER BY c.id) x
            """
        ).affectedRows
    }
}
