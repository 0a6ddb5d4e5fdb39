/// The rows of a COPY … TO STDOUT as values, in constant memory. May be read once; leaving early is clean.
public struct CopyRecords: AsyncSequence, Sendable {
    public typealias Element = CopyRecord
    let chunks: CopyRows
    let format: CopyFormat

    public struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: CopyRows.AsyncIterator
        var decoder: CopyDecoder

        public mutating func next() async throws -> CopyRecord? {
            while true {
                if let record = try decoder.next() { return record }
                guard let chunk = try await chunks.next() else {
                    try decoder.finish()
                    return nil
                }
                decoder.feed(chunk)
            }
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: chunks.makeAsyncIterator(), decoder: CopyDecoder(format: format))
    }
}
