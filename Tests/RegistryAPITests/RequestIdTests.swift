import Foundation
import Testing

@testable import RegistryAPI

@Suite("The name of a request")
struct RequestIdTests {
    @Test("It is a UUID of version 4 in small letters, another one each time")
    func names() throws {
        let names = (0..<1000).map { _ in RequestId.make() }
        #expect(Set(names).count == 1000)
        for name in names {
            let letters = Array(name)
            #expect(UUID(uuidString: name) != nil && name == name.lowercased())
            #expect(letters[14] == "4" && "89ab".contains(letters[19]))
        }
        // Nothing of the rest is the same in all of them.
        for place in [0, 7, 9, 15, 20, 24, 35] { #expect(Set(names.map { Array($0)[place] }).count == 16) }
    }
}
