import Foundation
import Testing

@testable import RegistryStore

@Suite("Shares of the persons")
struct PersonShareTests {
    @Test(
        "From the first identifier to the last, each share goes on where the one before ends",
        arguments: [1, 2, 3, 7, 16])
    func everybodyIsInOneShare(count: Int) throws {
        let shares = PersonShare.equal(count)
        #expect(shares.count == count)
        #expect(shares.first?.first.uuidString == "00000000-0000-0000-0000-000000000000")
        #expect(shares.last?.last.uuidString == "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")
        for (left, right) in zip(shares, shares.dropFirst()) {
            let end = try #require(UInt16(left.last.uuidString.prefix(4), radix: 16))
            let start = try #require(UInt16(right.first.uuidString.prefix(4), radix: 16))
            #expect(start == end + 1)
            #expect(left.last.uuidString.dropFirst(4).allSatisfy { "F-".contains($0) })
            #expect(right.first.uuidString.dropFirst(4).allSatisfy { "0-".contains($0) })
        }
    }
}
