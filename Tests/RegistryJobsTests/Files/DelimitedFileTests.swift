import Foundation
import RegistryDomain
import Synchronization
import Testing

@testable import RegistryJobs

@Suite struct DelimitedFileTests {
    private func fields(_ text: String) async throws -> [[String]] { try await TestFile(text).rows().map(\.fields) }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `lines end as any system ends them`(_ end: String) async throws {
        let rows = try await TestFile(["a,b", "1,2", "", "3,4"].joined(separator: end)).rows()
        #expect(rows.map(\.fields) == [["a", "b"], ["1", "2"], ["3", "4"]])
        #expect(rows.map(\.number) == [1, 2, 4])
    }

    @Test(arguments: [",", "\t", ";"])
    func `the header shows what the fields are delimited by`(_ delimiter: String) async throws {
        let text = ["a|b|c", "1|2,2;2|3"].joined(separator: "\n").replacingOccurrences(of: "|", with: delimiter)
        let rows = try await TestFile(text).rows()
        #expect(rows[0].fields == ["a", "b", "c"])
        #expect(rows[1].fields.count >= 3)
    }

    @Test func `quotes hold delimiters, line ends and quotes`() async throws {
        let rows = try await TestFile("a,b\n\"x,1\",\"two\nlines\"\n\"say \"\"hi\"\"\",\n\"\",y\n").rows()
        #expect(rows.map(\.fields) == [["a", "b"], ["x,1", "two\nlines"], ["say \"hi\"", ""], ["", "y"]])
        #expect(rows.map(\.number) == [1, 2, 3, 4])
    }

    @Test func `a row with broken quotes is lost alone`() async throws {
        let rows = try await TestFile("a,b\n\"1\",2\nx\"y\"z,3\n\"5\",6\n").rows()
        #expect(rows.map(\.number) == [1, 2, 3, 4])
        #expect(rows.map { $0.problem?.code } == [nil, nil, "quotesBroken", nil])
        #expect(rows[3].fields == ["5", "6"])
    }

    @Test func `line separators of Unicode inside quotes do not end a row`() async throws {
        let rows = try await TestFile("a,b\n\"x\u{2028}y\",\"1\"\n\"3\",4\n").rows()
        #expect(rows.map(\.number) == [1, 2, 3])
        #expect(rows[1].fields == ["x\u{2028}y", "1"])
        let bare = try await TestFile("a,b\nx\u{2028}y,1\n").rows()
        #expect(bare[1].fields == ["x\u{2028}y", "1"])
    }

    @Test func `a quote that is never closed is told with its row`() async throws {
        let problem = await #expect(throws: FileProblem.self) { try await fields("a,b\n1,2\n3,\"4\n5,6\n") }
        #expect(problem?.reason.code == "quoteNotClosed")
        #expect(problem?.row == 3)
    }

    @Test func `rows beyond the limits are refused alone, records beyond theirs end the file`() async throws {
        let long = String(repeating: "长", count: 10_001)
        let wide = Array(repeating: "x", count: 101).joined(separator: ",")
        let rows = try await TestFile("a,b\n\(long),1\n\(wide)\n2,3\n").rows()
        #expect(rows.map { $0.problem?.code } == [nil, "fieldTooLong", "tooManyColumns", nil])
        let problem = await #expect(throws: FileProblem.self) {
            try await fields("a,b\n" + String(repeating: "x", count: 3_000_000) + "\n1,2\n")
        }
        #expect(problem?.reason.code == "recordTooLong")
    }

    @Test func `a line of 200 megabytes is refused`() async throws {
        let file = try TestFile("a,b\n")
        let handle = try FileHandle(forWritingTo: file.url)
        try handle.seekToEnd()
        let megabyte = Data(repeating: 0x78, count: 1 << 20)
        for _ in 0..<200 { try handle.write(contentsOf: megabyte) }
        try handle.close()
        let problem = await #expect(throws: FileProblem.self) { try await file.rows() }
        #expect(problem?.reason.code == "recordTooLong")
    }

    @Test func `chunks of any size cut to the same records`() throws {
        let bytes = Array("a,b\r\n\"x\r\ny\",2\r\r\n3,\"\"\"\"\n4,5".utf8)
        func split(_ size: Int) throws -> [DelimitedRecord] {
            var splitter = RecordSplitter()
            var records: [DelimitedRecord] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                records += try splitter.split(Array(bytes[start..<min(start + size, bytes.count)]))
            }
            return try records + splitter.finish()
        }
        let whole = try split(bytes.count)
        #expect(whole.map(\.number) == [1, 2, 3, 4, 5])
        for size in 1..<bytes.count { #expect(try split(size) == whole) }
    }

    @Test func `the reading thread waits while nobody takes what it has read`() async throws {
        let channel = RowChannel(batches: 4)
        let sent = Counter()
        Thread.detachNewThread {
            for number in 1...20 {
                if (try? channel.send([TableRow(number: number, fields: [])])) == nil { break }
                sent.raise()
            }
            channel.finish(.success(()))
        }
        while sent.value < 4 { try await Task.sleep(for: .milliseconds(1)) }
        try await Task.sleep(for: .milliseconds(50))
        #expect(sent.value == 4)
        var taken: [Int] = []
        while let batch = try await channel.next() { taken += batch.map(\.number) }
        #expect(taken == Array(1...20))
    }

    @Test func `a reader that is let go ends its thread`() async throws {
        let file = try TestFile("a,b\n" + String(repeating: "1,2\n", count: 100_000))
        for try await batch in TableReader(path: file.path) {
            #expect(batch.count == 500)
            break
        }
    }

    @Test func `a cancelled task stops waiting for rows`() async throws {
        let file = try TestFile("a,b\n" + String(repeating: "1,2\n", count: 300_000))
        let task = Task {
            var count = 0
            for try await batch in TableReader(path: file.path) { count += batch.count }
            return count
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func raise() { count.withLock { $0 += 1 } }
}

/// What this process holds of the machine's memory.
enum ResidentMemory {
    static func megabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber))) / 1024
    }
}
