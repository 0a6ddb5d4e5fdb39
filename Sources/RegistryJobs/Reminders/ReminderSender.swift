import Foundation
import Logging
import RegistryDomain
import RegistryStore

/// What a run of reminders came to; no address and no name.
public struct ReminderReport: Codable, Sendable {
    public struct Round: Codable, Sendable {
        public var subjectYear: Int
        public var daysBefore: Int
        public var daysLeft: Int
        public var channel: ReminderChannel
        /// To be sent when the run began.
        public var due: Int
        public var sent: Int
        public var failed: Int
        public var unclear: Int
        /// Complete or excused in the meantime, or another run's.
        public var passedOver: Int
        /// The gateway's file, where one was written.
        public var file: String?
    }
    public var asOf: Day
    public var dryRun: Bool
    public var rounds: [Round]
    /// Learners of these rounds who said nowhere how they are reached.
    public var unreachable: Int
    /// Reminders of earlier runs of which nobody knows whether they arrived; they are not sent again.
    public var unclearBefore: Int

    /// Whether anything went wrong that somebody should look at.
    public var hasFailures: Bool { rounds.contains { $0.failed > 0 || $0.unclear > 0 } }
}

/// Reminds learners and unit administrators of a year that will be due.
///
/// Each reminder is reserved in the register before it is sent and recorded as sent after; a crash in between leaves it
/// reserved, and it is not sent again: at most once, rather than twice. What a server surely did not take is tried again by
/// the next run.
public struct ReminderSender: Sendable {
    private let store: RegistryStore
    private let mail: MailTransport?
    private let sender: String
    private let gateway: GatewayFile?
    private let address: String?
    private let logger: Logger
    /// Messages on their way at one time.
    private static let atOnce = 4

    /// - Parameters:
    ///   - mail: nil where no server is set up; then nobody is reminded by e-mail.
    ///   - gateway: nil where none is set up; then nobody is reminded by short message.
    ///   - publicURL: where people sign in.
    public init(
        store: RegistryStore, mail: MailTransport?, from sender: String, gateway: GatewayFile?, publicURL: String?,
        logger: Logger
    ) {
        self.store = store
        self.mail = mail
        self.sender = sender
        self.gateway = gateway
        address = publicURL.map { "\($0)/me" }
        self.logger = logger
    }

    private var channels: [ReminderChannel] {
        [mail == nil ? nil : .email, gateway == nil ? nil : .sms].compactMap(\.self)
    }

    /// - Parameter dryRun: counts and sends nothing, on every channel, set up or not.
    public func run(dryRun: Bool) async throws -> ReminderReport {
        let policies = try await store.policies()
        let issuer = policies.policies.last?.issuer.zh ?? ""
        var report = ReminderReport(
            asOf: store.today, dryRun: dryRun, rounds: [], unreachable: 0,
            unclearBefore: try await store.unclearReminders())
        for round in ReminderRound.rounds(of: policies, on: store.today) {
            report.unreachable += try await store.unreachable(round)
            for channel in dryRun ? ReminderChannel.allCases : channels {
                let candidates = try await store.reminderCandidates(round, channel)
                var counts = ReminderReport.Round(
                    subjectYear: round.subjectYear, daysBefore: round.daysBefore, daysLeft: round.daysLeft,
                    channel: channel, due: candidates.count, sent: 0, failed: 0, unclear: 0, passedOver: 0)
                if !dryRun, !candidates.isEmpty {
                    switch channel {
                    case .email: try await sendMail(candidates, round, issuer, &counts)
                    case .sms: try await writeFile(candidates, round, issuer, &counts)
                    }
                }
                report.rounds.append(counts)
            }
        }
        logger.notice("reminders", metadata: ["sent": "\(report.rounds.reduce(0) { $0 + $1.sent })"])
        return report
    }

    private func sendMail(
        _ candidates: [ReminderCandidate], _ round: ReminderRound, _ issuer: String,
        _ counts: inout ReminderReport.Round
    ) async throws {
        guard let mail else { return }
        try await withThrowingTaskGroup(of: ReminderResult?.self) { group in
            var waiting = candidates.makeIterator()
            func begin() {
                guard let candidate = waiting.next() else { return }
                group.addTask { try await sendOne(candidate, round, issuer, mail) }
            }
            for _ in 0..<Self.atOnce { begin() }
            for try await result in group {
                counts.count(result)
                begin()
            }
        }
    }

    /// Nil where there is nothing to send any more.
    private func sendOne(
        _ candidate: ReminderCandidate, _ round: ReminderRound, _ issuer: String, _ mail: MailTransport
    ) async throws -> ReminderResult? {
        guard let reserved = try await store.reserveReminder(candidate, round, .email) else { return nil }
        let words = ReminderWords(reserved, issuer: issuer, address: address)
        let result = await mail.send(
            MailMessage(
                from: sender, fromName: issuer, to: candidate.address, subject: words.subject, text: words.text,
                sentAt: store.clock.now, id: reserved.id.uuidString.lowercased()))
        try await store.settleReminder(reserved, result)
        return result
    }

    private func writeFile(
        _ candidates: [ReminderCandidate], _ round: ReminderRound, _ issuer: String,
        _ counts: inout ReminderReport.Round
    ) async throws {
        guard let gateway else { return }
        var reserved: [ReservedReminder] = []
        for candidate in candidates {
            if let one = try await store.reserveReminder(candidate, round, .sms) {
                reserved.append(one)
            } else {
                counts.count(nil)
            }
        }
        guard !reserved.isEmpty else { return }
        let lines = reserved.map { one in
            GatewayFile.Line(
                id: one.id, mobile: one.candidate.address,
                text: ReminderWords(one, issuer: issuer, address: nil).short)
        }
        let now = store.clock.now
        let result: ReminderResult
        do {
            counts.file = try await Blocking.run { try gateway.write(lines, at: now) }
            result = .sent
        } catch {
            result = .failed("\(error)")
        }
        for one in reserved {
            try await store.settleReminder(one, result)
            counts.count(result)
        }
    }
}

extension ReminderReport.Round {
    fileprivate mutating func count(_ result: ReminderResult?) {
        switch result {
        case nil: passedOver += 1
        case .sent: sent += 1
        case .failed: failed += 1
        case .unclear: unclear += 1
        }
    }
}
