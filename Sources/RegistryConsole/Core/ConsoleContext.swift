import Foundation
import Hummingbird

/// What the pages need to know of a request besides Hummingbird's own; the daemon's context has it.
public protocol ConsoleContext: RequestContext {
    /// For the access log.
    var requestId: String { get }
    /// Who it turned out to be, for the daemon's log.
    func note(user: UUID)
}
