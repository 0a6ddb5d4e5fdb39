import Foundation
import Hummingbird
import RegistryDomain
import Synchronization

/// What belongs to one request: its id, the language of its answers, and what its line in the log will say.
public struct RegistryContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    public var requestId: String
    public var language: Language
    let notes = RequestNotes()

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestId = RequestId.make()
        language = .zh
    }

    /// Who it turned out to be, for the line in the log.
    public func note(user: UUID) { notes.userId = user }

    /// A part of the path in its meaning, percent-decoded; nil where it is no text that could name anything.
    func path(_ name: String) -> String? {
        guard let raw = parameters.get(name), let text = raw.utf8.contains(0x25) ? raw.removingPercentEncoding : raw,
            !text.isEmpty, !text.utf8.contains(0)
        else { return nil }
        return text
    }
}

/// Names of requests: UUIDs of version 4 (RFC 9562). Foundation opens `/dev/urandom` anew for each of its own, which cost as
/// much as finding the route.
enum RequestId {
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        var bytes: (UInt64, UInt64) = (random.next(), random.next())
        let identifier = withUnsafeMutableBytes(of: &bytes) { bytes in
            bytes[6] = bytes[6] & 0x0F | 0x40
            bytes[8] = bytes[8] & 0x3F | 0x80
            return UUID(uuid: bytes.load(as: uuid_t.self))
        }
        return identifier.uuidString.lowercased()
    }
}

/// What becomes known of a request on its way, for the log: a context is a value, and its changes stay below.
final class RequestNotes: Sendable {
    private struct Known {
        var userId: UUID?
        var route: String?
    }

    private let known = Mutex(Known())

    var userId: UUID? {
        get { known.withLock { $0.userId } }
        set { known.withLock { $0.userId = newValue } }
    }

    /// The template of the address, where an endpoint took the request.
    var route: String? {
        get { known.withLock { $0.route } }
        set { known.withLock { $0.route = newValue } }
    }
}
