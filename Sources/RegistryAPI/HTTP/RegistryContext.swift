import Foundation
import Hummingbird
import RegistryDomain

/// What belongs to one request: its id and the language of its answers.
public struct RegistryContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    public var requestId: String
    public var language: Language

    public init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        requestId = UUID().uuidString.lowercased()
        language = .zh
    }
}
