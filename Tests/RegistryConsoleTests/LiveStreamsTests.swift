import Testing

@testable import RegistryConsole

@Suite("Browsers that are being told of what happens")
struct LiveStreamsTests {
    @Test("So many of one session and so many in all, and a place is free again when one leaves")
    func bounds() throws {
        let streams = LiveStreams(most: 3, mostOfOne: 2)
        let first = try #require(streams.enter(session: "a"))
        _ = try #require(streams.enter(session: "a"))
        #expect(streams.enter(session: "a") == nil)
        _ = try #require(streams.enter(session: "b"))
        #expect(streams.enter(session: "c") == nil)
        streams.leave(first.number)
        #expect(streams.enter(session: "c") != nil)
        #expect(streams.count == 3)
    }

    @Test("Signing out ends what the session was being told, and nobody else's")
    func signingOut() async throws {
        let streams = LiveStreams()
        let own = try #require(streams.enter(session: "a"))
        let other = try #require(streams.enter(session: "b"))
        own.out.yield(.beat)
        streams.end(session: "a")
        var heard: [LiveStreams.Signal] = []
        for await signal in own.signals { heard.append(signal) }
        #expect(heard == [.beat])
        other.out.yield(.beat)
        streams.close()
        for await signal in other.signals { heard.append(signal) }
        #expect(heard == [.beat, .beat])
        #expect(streams.enter(session: "b") == nil)
    }
}
