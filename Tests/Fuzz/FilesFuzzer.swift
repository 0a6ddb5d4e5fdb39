import Foundation
import Glibc

/// libFuzzer's entry for the readers of uploaded files: bytes must give rows or a `FileProblem`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    FuzzedFiles.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
