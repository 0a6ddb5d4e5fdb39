import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import RegistryDomain
import RegistryStore

extension Console {
    /// What colleagues do, as it happens (server-sent events; WHATWG HTML, 9.2).
    static let livePages: [ConsolePage] = [
        .watching(.get, "/queue/events") { visit in try await visit.queueEvents() },
        .watching(.get, "/queue/counts") { visit in try await visit.queueCounts() },
        .watching(.post, "/queue/states") { visit in try await visit.queueStates() },
    ]

    /// Ends every stream, so that the daemon may stop.
    public func endStreams() { streams.close() }

    /// A quiet connection is asked so often whether somebody is there, and its session whether it still stands.
    var heartbeat: Duration { min(.seconds(15), configuration.idleLimit / 3) }
}

extension Visit {
    fileprivate func queueEvents() async throws -> Answer {
        guard let session else { throw ConsoleError.signedOut }
        let authorities = try await store.queuesToWatch(as: session.caller)
        guard let (number, signals, out) = console.streams.enter(session: session.token) else {
            var answer = Answer.text("", .serviceUnavailable)
            answer.headers[.retryAfter] = "60"
            return answer
        }
        let watching = QueueWatching(visit: self, authorities: authorities, token: session.token)
        var answer = Answer()
        answer.headers[.contentType] = "text/event-stream; charset=utf-8"
        // A proxy that collects answers before it sends them would make this useless (nginx).
        answer.headers[.accelBuffering] = "no"
        answer.stream = ResponseBody { [console] writer in
            let work = watching.begin(out, every: console.heartbeat)
            defer {
                work.cancel()
                console.streams.leave(number)
            }
            try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
            for await signal in signals {
                switch signal {
                case .event(let name, let data):
                    try await writer.write(ByteBuffer(string: "event: \(name)\ndata: \(data)\n\n"))
                case .beat:
                    guard await watching.sessionStands() else {
                        try await writer.write(ByteBuffer(string: "event: ended\ndata: {}\n\n"))
                        return try await writer.finish(nil)
                    }
                    try await writer.write(ByteBuffer(string: ": still here\n\n"))
                }
            }
            try await writer.finish(nil)
        }
        return answer
    }

    fileprivate func queueStates() async throws -> Answer {
        let claims = form.all("claim").compactMap { UUID(uuidString: $0) }
        let states = try await store.claimStates(claims, as: try caller)
        let words = words
        let known = claims.map { claim in
            [
                "claim": claim.uuidString.lowercased(), "state": states[claim]?.rawValue ?? "elsewhere",
                "word": states[claim].map { words.state($0) } ?? words("movedElsewhere"),
            ]
        }
        var answer = Answer(body: try RegistryJSON.bytes(known))
        answer.headers[.contentType] = "application/json"
        return answer
    }
}

/// One browser's watch over the queues of its authority.
private struct QueueWatching: Sendable {
    let visit: Visit
    let authorities: [Authority]
    let token: String

    private struct Moved: Encodable {
        var claims: [UUID]
        var state: String
        var word: String
    }

    /// Asked without counting as use: a page left open signs nobody in for longer.
    func sessionStands() async -> Bool {
        (try? await visit.store.caller(token: token, requestId: nil)) != nil
    }

    func begin(_ out: AsyncStream<LiveStreams.Signal>.Continuation, every heartbeat: Duration) -> Task<Void, Never> {
        Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await listen(out) }
                group.addTask { await beat(out, every: heartbeat) }
                await group.waitForAll()
            }
        }
    }

    private func listen(_ out: AsyncStream<LiveStreams.Signal>.Continuation) async {
        try? await visit.store.watchQueues(authorities)
        for await event in visit.store.queueEvents(authorities) {
            let result = out.yield(signal(event))
            // A browser that does not keep up reads everything anew.
            if case .dropped = result { out.yield(.event(name: "anew", data: "{}")) }
        }
        out.finish()
    }

    private func beat(_ out: AsyncStream<LiveStreams.Signal>.Continuation, every heartbeat: Duration) async {
        // A decision that was under way when the watch began said nothing: the queue is read once more.
        try? await Task.sleep(for: min(.seconds(2), heartbeat))
        out.yield(.event(name: "anew", data: "{}"))
        while !Task.isCancelled {
            do { try await Task.sleep(for: heartbeat) } catch { return }
            try? await visit.store.watchQueues(authorities)
            out.yield(.beat)
        }
    }

    private func signal(_ event: QueueEvent) -> LiveStreams.Signal {
        switch event {
        case .readAnew: return .event(name: "anew", data: "{}")
        case .moved(let claims, let state):
            let moved = Moved(
                claims: claims, state: state?.rawValue ?? "elsewhere",
                word: state.map { visit.words.state($0) } ?? visit.words("movedElsewhere"))
            let data = (try? RegistryJSON.bytes(moved)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
            return .event(name: "moved", data: data)
        }
    }
}

extension HTTPField.Name {
    static let accelBuffering: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Accel-Buffering") else {
            preconditionFailure("X-Accel-Buffering is a token")
        }
        return name
    }()
}
