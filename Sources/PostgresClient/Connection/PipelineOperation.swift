import CLibPQ

/// Statements sent in one go and answered in one go (pipeline mode, libpq chapter 34.5).
///
/// Together, one Sync at the end makes them one implicit transaction where none is open: all take effect or none.
/// Independent, each has its own Sync, and so its own fate.
final class PipelineOperation: WireOperation, @unchecked Sendable {
    typealias Outcome = Result<QueryResult, PostgresError>

    private enum Step {
        case prepare(PreparedStatement)
        /// Nil where nothing is prepared by name.
        case execute(PreparedStatement?)
        case deallocate(name: String)
        case begin
        /// What the configuration has each transaction open with.
        case opening
        case sync
    }

    /// libpq flushes by itself at this size; more than this is not buffered here before the kernel has taken it.
    private static let batchSize = 64 * 1024
    /// How often a statement that another's cancel request hit is asked again.
    private static let limitOfTurns = 5

    private let all: [Statement]
    private let areIndependent: Bool
    private let begin: Statement?
    /// Whether it opened the transaction. Read once it is over.
    private(set) var hasBegun = false
    var completion: CheckedContinuation<[Outcome], any Error>?
    /// The indices of the statements of this turn: all at first, then those to be asked again.
    private var turn: [Int] = []
    private var next = 0
    private var allIsSent = false
    private var steps: [Step] = []
    private var position = 0
    /// Which statement of the turn the next answer of a statement is for.
    private var answered = 0
    private var outcomes: [Outcome?]
    private var again: [Int] = []
    private var turns = 0
    /// Those of the group under way have been refused with this; until the next Sync.
    private var groupError: PostgresError?
    /// The one that was refused, where it was prepared before.
    private var groupRefused: PreparedStatement?
    private var groupStart = 0
    private var wasInTransaction = false
    private var cancelsBefore = 0

    init(_ statements: [Statement], areIndependent: Bool, begin: Statement? = nil) {
        all = statements
        self.begin = begin
        self.areIndependent = areIndependent
        outcomes = Array(repeating: nil, count: statements.count)
        turn = Array(statements.indices)
    }

    override var isPipelined: Bool { true }
    override var isSent: Bool { allIsSent }

    // MARK: Sending

    override func start(on wire: Wire) throws {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        wasInTransaction = PQtransactionStatus(connection).rawValue > PQTRANS_ACTIVE.rawValue
        cancelsBefore = wire.cancelsSent
        turns += 1
        next = 0
        allIsSent = false
        steps.removeAll(keepingCapacity: true)
        position = 0
        answered = 0
        groupStart = 0
        groupError = nil
        groupRefused = nil
        again = []
        if !wasInTransaction { try deallocate(wire.cache.takeEvicted(), connection, wire) }
        if let begin, !wasInTransaction {
            hasBegun = true
            steps.append(.begin)
            try check(PQsendQueryParams(connection, begin.sql, 0, nil, nil, nil, nil, 0), wire)
            try open(connection, wire)
        }
        try sendMore(on: wire)
    }

    /// With a Sync of their own, so that one that is not there fails nobody's statement.
    private func deallocate(_ names: [String], _ connection: OpaquePointer, _ wire: Wire) throws {
        guard !names.isEmpty else { return }
        for name in names {
            steps.append(.deallocate(name: name))
            try check(PQsendQueryParams(connection, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0), wire)
        }
        try sync(connection, wire)
    }

    override func sendMore(on wire: Wire) throws {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        var size = 0
        while next < turn.count, size < Self.batchSize {
            if begin == nil, !wasInTransaction, areIndependent || next == 0 { try open(connection, wire) }
            let statement = all[turn[next]]
            size += try send(statement, on: wire, connection)
            next += 1
            if areIndependent { try sync(connection, wire) }
        }
        guard next == turn.count else { return }
        if !areIndependent || turn.isEmpty { try sync(connection, wire) }
        allIsSent = true
    }

    private func open(_ connection: OpaquePointer, _ wire: Wire) throws {
        guard let opening = wire.transactionOpening else { return }
        steps.append(.opening)
        _ = try Outgoing.send(opening, connection, orElse: wire)
    }

    private func sync(_ connection: OpaquePointer, _ wire: Wire) throws {
        steps.append(.sync)
        try check(PQpipelineSync(connection), wire)
    }

    /// About how many bytes it came to.
    private func send(_ statement: Statement, on wire: Wire, _ connection: OpaquePointer) throws -> Int {
        guard wire.cache.isInUse else {
            steps.append(.execute(nil))
            return try Outgoing.send(statement, connection, orElse: wire)
        }
        let prepared: PreparedStatement
        if let known = wire.cache.find(statement) {
            prepared = known
        } else {
            prepared = wire.cache.insert(statement)
            steps.append(.prepare(prepared))
            let types = prepared.types.map(\.rawValue)
            try check(PQsendPrepare(connection, prepared.name, prepared.sql, Int32(types.count), types), wire)
        }
        steps.append(.execute(prepared))
        return try Outgoing.send(statement.parameters, to: prepared.name, connection, orElse: wire)
    }

    private func check(_ sent: Int32, _ wire: Wire) throws {
        guard sent == 1 else { throw PostgresClientError.connectionLost(wire.message) }
    }

    // MARK: Answers

    override func proceed(on wire: Wire) throws -> Bool {
        guard let connection = wire.connection else { throw PostgresClientError.connectionLost("closed") }
        while PQisBusy(connection) == 0 {
            guard let result = PQgetResult(connection) else {
                if PQstatus(connection) == CONNECTION_BAD { throw PostgresClientError.connectionLost(wire.message) }
                // The end of one command's results; the next command's follow, unless all that was sent is answered.
                if position >= steps.count { return allIsSent }
                continue
            }
            try take(result, on: wire)
            if position >= steps.count, allIsSent { return true }
        }
        return false
    }

    private func take(_ result: OpaquePointer, on wire: Wire) throws {
        guard position < steps.count else {
            PQclear(result)
            throw PostgresClientError.connectionLost("an answer without a question")
        }
        let step = steps[position]
        switch (PQresultStatus(result), step) {
        case (PGRES_COMMAND_OK, .execute(let prepared)), (PGRES_TUPLES_OK, .execute(let prepared)),
            (PGRES_EMPTY_QUERY, .execute(let prepared)):
            position += 1
            if isAbandoned { PQclear(result) } else { outcomes[turn[answered]] = .success(keep(result, of: prepared)) }
            answered += 1
        case (PGRES_COMMAND_OK, .prepare), (PGRES_COMMAND_OK, .deallocate), (PGRES_COMMAND_OK, .begin),
            (PGRES_TUPLES_OK, .opening), (PGRES_COMMAND_OK, .opening):
            position += 1
            PQclear(result)
        case (PGRES_PIPELINE_SYNC, .sync):
            position += 1
            PQclear(result)
            endGroup(on: wire)
        case (PGRES_PIPELINE_ABORTED, .prepare), (PGRES_PIPELINE_ABORTED, .execute),
            (PGRES_PIPELINE_ABORTED, .deallocate), (PGRES_PIPELINE_ABORTED, .begin),
            (PGRES_PIPELINE_ABORTED, .opening):
            position += 1
            PQclear(result)
            refuse(step, on: wire)
        case (PGRES_FATAL_ERROR, _):
            let error = PostgresError(result)
            PQclear(result)
            if error.isFatal { throw PostgresClientError.connectionLost(error.description) }
            if groupError == nil {
                groupError = error
                if case .execute(let prepared) = step { groupRefused = prepared }
            }
            // What fails at its Sync, such as a deferred constraint, is an error before the Sync's own answer.
            if case .sync = step { return }
            position += 1
            refuse(step, on: wire)
        case (PGRES_COPY_IN, _), (PGRES_COPY_OUT, _), (PGRES_COPY_BOTH, _):
            PQclear(result)
            throw PostgresClientError.copy("COPY is not a statement of a pipeline")
        case (let status, _):
            let kind = String(cString: PQresStatus(status))
            PQclear(result)
            throw PostgresClientError.connectionLost("\(kind) is no answer to question \(position) of \(steps.count)")
        }
    }

    private func keep(_ result: OpaquePointer, of prepared: PreparedStatement?) -> QueryResult {
        if let known = prepared?.columns, known.fit(result) { return QueryResult(box: ResultBox(result), names: known) }
        let names = ColumnNames(result)
        prepared?.columns = names
        return QueryResult(box: ResultBox(result), names: names)
    }

    /// A statement that was not prepared, or whose plan is stale, must not be believed to be there.
    private func refuse(_ step: Step, on wire: Wire) {
        switch step {
        case .prepare(let prepared): wire.cache.forget(prepared)
        case .execute: answered += 1
        case .deallocate(let name): wire.cache.stillEvicted(name)
        case .begin, .opening, .sync: break
        }
    }

    /// At a Sync the server has ended what it began: what was refused took no effect, unless a transaction was open
    /// or the statements themselves ended one.
    private func endGroup(on wire: Wire) {
        defer {
            groupStart = answered
            groupError = nil
            groupRefused = nil
        }
        guard let error = groupError else { return }
        let group = turn[groupStart..<answered]
        if error.isStalePlan { wire.cache.serverForgot(error, of: groupRefused) }
        let status = wire.connection.map(PQtransactionStatus)
        // While more is on the way behind this one libpq says that the session is active.
        let isOutside =
            status == PQTRANS_IDLE
            || (status == PQTRANS_ACTIVE && wire.depth > 1 && (!areIndependent || all.count == 1))
        let isSafe =
            !wasInTransaction && isOutside
            && !group.contains { (try? outcomes[$0]?.get())?.endedTransaction ?? false }
        if isSafe, turns <= Self.limitOfTurns, deservesAnotherTurn(error, on: wire) { again += group }
        for index in group { outcomes[index] = .failure(error) }
    }

    private func deservesAnotherTurn(_ error: PostgresError, on wire: Wire) -> Bool {
        if error.isStalePlan { return true }
        // A cancel request for another's statement came late and hit this one.
        return error.sqlState == .queryCanceled && wire.depth > 1 && cancelReason == nil
            && wire.cancelsSent > cancelsBefore
    }

    override func wantsAnotherTurn(on wire: Wire) -> Bool {
        guard !again.isEmpty, !isAbandoned, cancelReason == nil else { return false }
        turn = again
        return true
    }

    override func finish(_ failure: (any Error)?) -> () -> Void {
        guard let completion else { return {} }
        self.completion = nil
        let outcome: Result<[Outcome], any Error>
        if let failure {
            outcome = .failure(failure)
        } else if let cancelReason, isRefusedForCancelling || !again.isEmpty {
            outcome = .failure(cancelReason)
        } else {
            let outcomes = outcomes.compactMap(\.self)
            outcome =
                outcomes.count == all.count
                ? .success(outcomes) : .failure(PostgresClientError.connectionLost("an answer is missing"))
        }
        return { completion.resume(with: outcome) }
    }

    private var isRefusedForCancelling: Bool {
        outcomes.contains { outcome in
            if case .failure(let error)? = outcome { return error.sqlState == .queryCanceled }
            return false
        }
    }
}
