import HTTPTypes

/// Which methods each address takes; what the router has no handler for is told apart here: no such address, or another
/// method (RFC 9110, 15.5.6).
struct AddressBook: Sendable {
    struct Address: Sendable {
        var template: String
        var parts: [Substring]
        var methods: Set<HTTPRequest.Method>
        var takesRest = false

        /// The value of `Allow`.
        var allow: String { methods.map(\.rawValue).sorted().joined(separator: ", ") }

        fileprivate func matches(_ path: [Substring]) -> Bool {
            (parts.count == path.count || takesRest && parts.count <= path.count)
                && zip(parts, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
    }

    private let addresses: [Address]

    init(_ endpoints: [Endpoint], _ pages: [(method: HTTPRequest.Method, path: String)] = []) {
        var methods: [String: Set<HTTPRequest.Method>] = [:]
        for (method, path) in endpoints.map({ ($0.method, $0.path) }) + pages {
            methods[path, default: []].insert(method)
            if method == .get { methods[path, default: []].insert(.head) }
        }
        let whole = Set(endpoints.filter(\.takesRest).map(\.path))
        // `{` sorts after every letter, so that a named address comes before a template that fits it too.
        addresses = methods.sorted { $0.key < $1.key }.map { path, methods in
            Address(
                template: path, parts: path.split(separator: "/"), methods: methods, takesRest: whole.contains(path))
        }
    }

    func address(of path: String) -> Address? {
        let parts = path.split(separator: "/")
        return addresses.first { $0.matches(parts) }
    }
}
