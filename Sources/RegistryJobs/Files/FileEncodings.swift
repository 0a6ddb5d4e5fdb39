/// What the daemon checks at its start.
public enum FileEncodings {
    /// Whether this machine can read GB18030.
    public static var knowsGB18030: Bool { TextEncoding.knowsGB18030 }
}
