/// libFuzzer's entry for PostgresClient's decoders.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    FuzzedDecoders.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
