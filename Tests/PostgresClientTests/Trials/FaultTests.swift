import Foundation
import Testing

@testable import PostgresClient

/// One after the other; each runs its cases side by side. `CEREGISTRY_FAULT_STRIDE` says how many positions to go on
/// from case to case: 1 is every byte.
@Suite("A road that breaks at any byte", .serialized)
struct FaultTests {
    private static let side = 12

    @Test(arguments: Fault.Direction.allCases) func cutInOrder(_ direction: Fault.Direction) async throws {
        try await atEveryByte(of: direction) { .cut(direction, at: $0, reset: false) }
    }

    @Test(arguments: Fault.Direction.allCases) func cutWithAReset(_ direction: Fault.Direction) async throws {
        try await atEveryByte(of: direction, stride: 3) { .cut(direction, at: $0, reset: true) }
    }

    @Test(arguments: Fault.Direction.allCases) func stalledForGood(_ direction: Fault.Direction) async throws {
        try await atEveryByte(of: direction, stride: 5, side: 32) { .stall(direction, at: $0) }
    }

    @Test(arguments: Fault.Direction.allCases) func splitInTwo(_ direction: Fault.Direction) async throws {
        try await atEveryByte(of: direction) { .split(direction, at: $0) }
    }

    @Test func splitIntoSingleBytes() async throws {
        try await FaultServer.withControl { try await $0.simpleScript(Conversation.tables) }
        let port = try await FaultServer.port()
        for number in 0..<5 { try await run(Int32(number), .trickle, port, mustHold: true) }
    }

    /// The cancel request goes over a connection of its own, which may break or stall as well.
    @Test(arguments: Fault.Direction.allCases) func whereTheCancelRequestGoesNowhere(
        _ direction: Fault.Direction
    ) async throws {
        try await FaultServer.withControl { try await $0.simpleScript(Conversation.tables) }
        let port = try await FaultServer.port()
        var number: Int32 = 0
        for position in [0, 1, 8, 15, 16] {
            for fault in [Fault.cut(direction, at: position, reset: false), .stall(direction, at: position)] {
                number += 1
                try await run(number, fault, on: 1, port)
            }
        }
    }

    // MARK: Running a case

    private func atEveryByte(
        of direction: Fault.Direction, stride: Int = 1, side: Int = side, _ fault: (Int) -> Fault
    ) async throws {
        try await FaultServer.withControl { try await $0.simpleScript(Conversation.tables) }
        let port = try await FaultServer.port()
        let length = try await length(direction, port)
        let stride = stride * (FaultServer.number("CEREGISTRY_FAULT_STRIDE") ?? 16)
        let first = Int.random(in: 0..<stride)
        try await withThrowingTaskGroup(of: Void.self) { group in
            var failures = 0
            for (number, position) in Swift.stride(from: first, through: length, by: stride).enumerated() {
                if number >= side {
                    do { try await group.next() } catch { failures += 1 }
                }
                guard failures < 5 else { break }
                let fault = fault(position)
                group.addTask { try await run(Int32(number + 1), fault, port) }
            }
            try await group.waitForAll()
        }
    }

    /// How many bytes go this way in a conversation without a fault.
    private func length(_ direction: Fault.Direction, _ port: UInt16) async throws -> Int {
        let proxy = try FaultProxy(to: port) { _ in .none }
        defer { proxy.stop() }
        let pool = try FaultServer.pool(through: proxy, maximum: 2, name: "fault_length", connectTimeout: .seconds(30))
        _ = try await Conversation(pool: pool, number: 0, patience: .seconds(30)).hold()
        await pool.close()
        await proxy.settle()
        let passed = proxy.passed(0)
        #expect(passed.toServer > 500 && passed.toClient > 500)
        return direction == .toServer ? passed.toServer : passed.toClient
    }

    private func run(
        _ number: Int32, _ fault: Fault, on connection: Int = 0, _ port: UInt16, mustHold: Bool = false
    ) async throws {
        let proxy = try FaultProxy(to: port) { $0 == connection ? fault : .none }
        defer { proxy.stop() }
        let pool = try FaultServer.pool(
            through: proxy, maximum: 2, name: "fault_\(number)",
            connectTimeout: mustHold ? .seconds(30) : .milliseconds(1500))
        let conversation = Conversation(
            pool: pool, number: number, patience: mustHold ? .seconds(10) : .milliseconds(400))
        do {
            try await within(.seconds(60), "\(fault)") {
                let believed = try await conversation.hold()
                await proxy.settle()
                try await conversation.poolIsBackToFullStrength()
                try await conversation.holdsWhat(believed)
                await pool.close()
                if mustHold {
                    #expect([believed.inserted, believed.copied, believed.updated] == [.taken, .taken, .taken])
                }
            }
        } catch {
            Issue.record("\(fault): \(error)")
            throw error
        }
    }
}
