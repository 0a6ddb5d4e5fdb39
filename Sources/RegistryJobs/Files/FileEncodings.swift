/// What the daemon checks at its start.
public enum FileEncodings {
    /// Whether this machine can read GB18030: a statically linked C library cannot.
    public static var knowsGB18030: Bool {
        (try? GB18030Converter().convert([0xD5, 0xC5])).map { String(decoding: $0, as: UTF8.self) } == "张"
    }
}
