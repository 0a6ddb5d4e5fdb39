import Foundation
import Logging
import Testing

@testable import PostgresClient

@Suite("Notifications survive a lost connection, and say what they do not know", .timeLimit(.minutes(1)))
struct NotificationTests {
    private func withListener(
        bufferLimit: Int = 1024, _ body: (PostgresListener, PostgresConnection, String) async throws -> Void
    ) async throws {
        var configuration = try TestServer.configuration()
        // Tells this listener's connection from those of the tests beside it.
        let name = "listener_\(UUID().uuidString.prefix(8).lowercased())"
        configuration.options["application_name"] = name
        let listener = PostgresListener(
            connection: configuration, bufferLimit: bufferLimit,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await listener.whileOpen { listener in
            try await TestServer.withConnection { try await body(listener, $0, name) }
        }
    }

    private func notify(_ connection: PostgresConnection, _ channel: String, _ payload: String) async throws {
        try await connection.execute("SELECT pg_notify(\(channel), \(payload))")
    }

    @Test func whatIsNotifiedArrivesInOrderAfterTheFirstWordThatSomethingMayBeMissing() async throws {
        try await withListener { listener, sender, name in
            var events = listener.events(on: name).makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed)
            for number in 0..<20 { try await notify(sender, name, "第 \(number)") }
            for number in 0..<20 {
                guard case .notification(let notification) = await events.next() else {
                    Issue.record("a notification was expected")
                    return
                }
                #expect(notification.channel == name && notification.payload == "第 \(number)")
            }
        }
    }

    @Test func afterALostConnectionItListensAgainAndSaysSo() async throws {
        try await withListener { listener, sender, name in
            var events = listener.events(on: name).makeAsyncIterator()
            #expect(await events.next() == .mayHaveMissed)
            try await sender.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = \(name)")
            #expect(await events.next() == .mayHaveMissed)
            try await notify(sender, name, "after")
            guard case .notification(let notification) = await events.next() else {
                Issue.record("a notification was expected")
                return
            }
            #expect(notification.payload == "after")
        }
    }

    @Test func manyReadersShareOneConnectionAndEachHearsItsOwnChannels() async throws {
        try await withListener { listener, sender, name in
            var first = listener.events(on: name).makeAsyncIterator()
            var both = listener.events(on: name, name + "\"Quoted").makeAsyncIterator()
            #expect(await first.next() == .mayHaveMissed)
            #expect(await both.next() == .mayHaveMissed)
            try await notify(sender, name + "\"Quoted", "1")
            try await notify(sender, name, "2")
            var heard: [String] = []
            for _ in 0..<2 { if case .notification(let said) = await both.next() { heard.append(said.payload) } }
            #expect(heard == ["1", "2"])
            guard case .notification(let said) = await first.next() else { return }
            #expect(said.payload == "2")
            let sessions = try await sender.execute(
                "SELECT FROM pg_stat_activity WHERE application_name = \(name)")
            #expect(sessions.count == 1)
        }
    }

    @Test func theConnectionGoesWithItsLastReader() async throws {
        try await withListener { listener, sender, name in
            do {
                var events = listener.events(on: name).makeAsyncIterator()
                #expect(await events.next() == .mayHaveMissed)
            }
            var open = 1
            while open > 0 {
                open = try await sender.execute("SELECT FROM pg_stat_activity WHERE application_name = \(name)").count
            }
            var again = listener.events(on: name).makeAsyncIterator()
            #expect(await again.next() == .mayHaveMissed)
        }
    }

    @Test func aCancelledReaderAndAClosedListenerEndTheSequence() async throws {
        try await withListener { listener, _, name in
            let cancelled = Task {
                var count = 0
                for await _ in listener.events(on: name) { count += 1 }
                return count
            }
            let closed = Task {
                var count = 0
                for await _ in listener.events(on: name) { count += 1 }
                return count
            }
            cancelled.cancel()
            #expect(await cancelled.value <= 1)
            await listener.close()
            #expect(await closed.value <= 1)
        }
    }

    @Test func aReaderThatFallsBehindIsToldOnceInsteadOfBeingGivenEverythingLate() {
        var buffer = NotificationBuffer(limit: 3)
        func said(_ number: Int) -> PostgresNotification {
            PostgresNotification(channel: "c", payload: "\(number)", senderProcess: 1)
        }
        buffer.add(said(0))
        #expect(buffer.next() == nil)
        buffer.begin()
        for number in 1...4 { buffer.add(said(number)) }
        #expect(buffer.next() == .mayHaveMissed)
        #expect(buffer.next() == .notification(said(3)))
        #expect(buffer.next() == .notification(said(4)))
        #expect(buffer.next() == nil)
    }
}
