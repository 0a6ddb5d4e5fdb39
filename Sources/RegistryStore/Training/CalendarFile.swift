import Foundation

/// iCalendar (RFC 5545): a calendar of events in Asia/Shanghai.
public struct CalendarFile: Sendable {
    public struct Event: Sendable {
        /// The same for the same event for good (RFC 5545, 3.8.4.7).
        public var uid: String
        /// `yyyyMMddTHHmmss` in Asia/Shanghai.
        public var start: String
        public var end: String
        public var summary: String
        public var location: String
        public var description: String
        public var isCancelled: Bool
    }

    public var name: String
    public var stamp: Date
    public var events: [Event]

    public init(name: String, stamp: Date, events: [Event]) {
        self.name = name
        self.stamp = stamp
        self.events = events
    }

    public var text: String {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ceregistry//training//ZH", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH", "X-WR-CALNAME:\(Self.escaped(name))", "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai",
            "BEGIN:STANDARD", "DTSTART:19910915T000000", "TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "TZNAME:CST",
            "END:STANDARD", "END:VTIMEZONE",
        ]
        for event in events {
            lines += [
                "BEGIN:VEVENT", "UID:\(event.uid)", "DTSTAMP:\(Self.utc(stamp))",
                "DTSTART;TZID=Asia/Shanghai:\(event.start)", "DTEND;TZID=Asia/Shanghai:\(event.end)",
                "SUMMARY:\(Self.escaped(event.summary))", "LOCATION:\(Self.escaped(event.location))",
                "DESCRIPTION:\(Self.escaped(event.description))",
                "STATUS:\(event.isCancelled ? "CANCELLED" : "CONFIRMED")", "END:VEVENT",
            ]
        }
        lines.append("END:VCALENDAR")
        return lines.map { Self.folded($0) + "\r\n" }.joined()
    }

    /// Lines of at most 75 octets, never cut inside a character (RFC 5545, 3.1).
    static func folded(_ line: String) -> String {
        var result = ""
        var length = 0
        for character in line {
            let size = String(character).utf8.count
            if length + size > 75 {
                result += "\r\n "
                length = 1
            }
            result.append(character)
            length += size
        }
        return result
    }

    /// RFC 5545, 3.3.11.
    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
            .replacing("\r\n", with: "\\n").replacing("\n", with: "\\n").replacing("\r", with: "\\n")
    }

    private static func utc(_ instant: Date) -> String {
        instant.formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, timeZone: .gmt))
    }
}

extension TrainingSessionRecord {
    /// The session's half-days, for whoever is called.
    public func calendar(stamp: Date) -> CalendarFile {
        CalendarFile(
            name: "\(courseTitle) \(code)", stamp: stamp,
            events: halfDays.map { half in
                func instant(_ time: String) -> String {
                    "\(half.day.description.replacing("-", with: ""))T\(time.replacing(":", with: ""))00"
                }
                return CalendarFile.Event(
                    uid: "\(half.id.uuidString.lowercased())@ceregistry", start: instant(half.startsAt),
                    end: instant(half.endsAt), summary: "面授 \(courseTitle)",
                    location: "\(place) \(half.room)",
                    description: "班次 \(code)，第\(half.number)个半天，\(half.hours)学时，授课：\(half.teacher)"
                        + (half.topic.map { "，内容：\($0)" } ?? ""), isCancelled: state == .cancelled)
            })
    }
}
