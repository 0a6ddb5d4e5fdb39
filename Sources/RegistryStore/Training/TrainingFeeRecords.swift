import Foundation
import RegistryDomain

public enum TrainingPayer: String, Codable, Sendable, CaseIterable { case unit, learner }

public struct TrainingChargeRecord: Codable, Sendable {
    public var id: UUID
    public var sessionId: UUID
    public var sessionCode: String
    public var learnerId: UUID
    public var learnerName: String
    public var payer: TrainingPayer
    public var employerId: UUID?
    public var employerName: String?
    public var feeInFen: Int
    public var chargedOn: Day
    public var state: FeeState
    /// Such as `2018-12`: the running number of its year.
    public var receipt: String?
    public var refund: String?
    public var refundInFen: Int?

    static let json = """
        jsonb_build_object('id', c.id, 'sessionId', c.session_id, 'sessionCode', s.code, 'learnerId', c.learner_id, 'learnerName', l.name,
            'payer', c.payer, 'employerId', c.employer_id, 'employerName', e.name, 'feeInFen', c.fee_in_fen, 'chargedOn', c.charged_on,
            'state', CASE WHEN f.charge_id IS NOT NULL THEN 'refunded' WHEN p.charge_id IS NOT NULL THEN 'paid' ELSE 'due' END,
            'receipt', r.year || '-' || r.number, 'refund', f.year || '-' || f.number, 'refundInFen', f.refund_in_fen)
        """
    static let from = """
        FROM training_charges c JOIN training_sessions s ON s.id = c.session_id JOIN learners l ON l.id = c.learner_id
        LEFT JOIN employers e ON e.id = c.employer_id LEFT JOIN training_receipt_lines p ON p.charge_id = c.id
        LEFT JOIN training_receipts r ON r.id = p.receipt_id LEFT JOIN training_refunds f ON f.charge_id = c.id
        """
}

/// The charges of a session as far as the caller may see them, and their sums in fen.
public struct TrainingFees: Codable, Sendable {
    public var sessionId: UUID
    public var chargedInFen: Int
    public var paidInFen: Int
    public var refundedInFen: Int
    /// Charged, not paid and not taken back.
    public var dueInFen: Int
    public var charges: [TrainingChargeRecord]

    init(session: UUID, _ charges: [TrainingChargeRecord]) {
        sessionId = session
        self.charges = charges
        chargedInFen = charges.reduce(0) { $0 + $1.feeInFen }
        paidInFen = charges.reduce(0) { $0 + ($1.receipt == nil ? 0 : $1.feeInFen) }
        refundedInFen = charges.reduce(0) { $0 + ($1.refundInFen ?? 0) }
        dueInFen = charges.reduce(0) { $0 + ($1.state == .due ? $1.feeInFen : 0) }
    }
}

/// Whom to take money from: a unit for all its people of the session, or a learner.
public struct NewReceipt: Codable, Sendable {
    public var employerId: UUID?
    public var learnerId: UUID?

    public init(employerId: UUID? = nil, learnerId: UUID? = nil) {
        self.employerId = employerId
        self.learnerId = learnerId
    }
}

public struct ReceiptRecord: Codable, Sendable {
    public var id: UUID
    /// Such as `2018-12`.
    public var number: String
    public var sessionId: UUID
    public var sessionCode: String
    public var payer: String
    public var people: Int
    public var amountInFen: Int
    public var receivedOn: Day
    public var receivedBy: String
}
