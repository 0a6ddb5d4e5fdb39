import Foundation

/// The description of this API (OpenAPI 3.1), read once.
enum OpenAPIDocument {
    /// Nil where the program was installed without its resources.
    static let bytes: [UInt8]? =
        Bundle.module.url(forResource: "openapi", withExtension: "json", subdirectory: "Resources")
        .flatMap { FileManager.default.contents(atPath: $0.path) }.map { Array($0) }
}
