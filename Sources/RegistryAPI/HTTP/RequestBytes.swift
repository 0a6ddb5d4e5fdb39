import HTTPTypes
import Hummingbird
import NIOCore

/// The body of a request that should be JSON, within bounds.
enum RequestBytes {
    static let largestJSON = 1024 * 1024

    /// Empty where nothing was sent.
    ///
    /// - Throws: `Problem` 413 beyond 1 MiB, 415 for anything but plain JSON, 400 or 422 as `JSONGuard` does.
    static func json(_ request: Request) async throws -> [UInt8] {
        let buffer = try await request.body.collect(upTo: largestJSON)
        guard buffer.readableBytes > 0 else { return [] }
        guard let type = request.headers[.contentType], MediaType.essence(of: type) == "application/json",
            ["identity", nil].contains(request.headers[.contentEncoding]?.lowercased())
        else { throw Problem(.unsupportedMediaType, [.notJSON]) }
        let bytes = Array(buffer.readableBytesView)
        try JSONGuard.check(bytes)
        return bytes
    }
}
