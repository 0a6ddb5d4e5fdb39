/// O1 to O4 and Q11 for a completion record.
enum OnlineRules {
    static func refusals(
        of evidence: OnlineEvidence, _ terms: SubjectYear, _ limits: Policy.RecordLimits, today: Day
    ) -> [Reason] {
        var reasons: [Reason] = []
        if evidence.recordNumber.allSatisfy(\.isWhitespace) { reasons.append(.recordNumberMissing) }
        if evidence.recordNumber.count > 100 { reasons.append(.recordNumberTooLong) }
        reasons += hours(
            evidence.compulsoryHours, terms.online.compulsoryHours, "compulsoryHours", "必修课", "compulsory", limits)
        reasons += hours(evidence.electiveHours, terms.online.electiveHours, "electiveHours", "选修课", "elective", limits)
        if evidence.testPassedOn == nil { reasons.append(.testNotPassed) }
        reasons += order(evidence)
        reasons += days(evidence, terms.onlineWindow, today: today)
        return reasons
    }

    private static func hours(
        _ found: Int, _ required: Int, _ field: String, _ zh: String, _ en: String, _ limits: Policy.RecordLimits
    ) -> [Reason] {
        if found < 0 || found > limits.onlineHours {
            return [.hoursImpossible(field, found, atMost: limits.onlineHours)]
        }
        return found < required ? [.hoursBelowRequired(field, zh, en, found: found, required: required)] : []
    }

    private static func order(_ evidence: OnlineEvidence) -> [Reason] {
        var reasons: [Reason] = []
        if let finished = evidence.compulsoryFinishedOn, let started = evidence.electiveStartedOn, started < finished {
            reasons.append(.electiveBeforeCompulsory(started: started, finished: finished))
        }
        if let passed = evidence.testPassedOn {
            let studied = [evidence.compulsoryFinishedOn, evidence.electiveStartedOn].compactMap(\.self).max()
            if let studied, passed < studied {
                reasons.append(.testBeforeStudyFinished(passed: passed, studied: studied))
            }
        }
        return reasons
    }

    private static func days(_ evidence: OnlineEvidence, _ window: Window, today: Day) -> [Reason] {
        let days: [(String, Day?)] = [
            ("compulsoryFinishedOn", evidence.compulsoryFinishedOn), ("electiveStartedOn", evidence.electiveStartedOn),
            ("testPassedOn", evidence.testPassedOn),
        ]
        var reasons: [Reason] = []
        for case (let field, let day?) in days {
            if !window.contains(day) { reasons.append(.outsideOnlineWindow(field, day, window)) }
            if day > today { reasons.append(.dateAfterToday(field, day, today: today)) }
        }
        return reasons
    }
}

/// F2, Q4 and Q11 for a training session.
enum FaceToFaceRules {
    static func refusals(
        of evidence: FaceToFaceEvidence, _ terms: SubjectYear, _ limits: Policy.RecordLimits, today: Day
    ) -> [Reason] {
        var reasons: [Reason] = []
        if evidence.sessionCode.allSatisfy(\.isWhitespace) { reasons.append(.sessionCodeMissing) }
        if evidence.sessionCode.count > 100 { reasons.append(.sessionCodeTooLong) }
        if evidence.hours < 1 || evidence.hours > limits.faceToFaceHours {
            reasons.append(.hoursImpossible("hours", evidence.hours, atMost: limits.faceToFaceHours))
        }
        if !evidence.assessmentPassed { reasons.append(.assessmentNotPassed) }
        if evidence.endedOn < evidence.startedOn {
            reasons.append(.datesOutOfOrder("endedOn", evidence.endedOn, after: evidence.startedOn))
        }
        for (field, day) in [("startedOn", evidence.startedOn), ("endedOn", evidence.endedOn)] {
            if !terms.faceToFaceWindow.contains(day) {
                reasons.append(.outsideFaceToFaceWindow(field, day, terms.faceToFaceWindow, year: terms.year))
            }
            if day > today { reasons.append(.dateAfterToday(field, day, today: today)) }
        }
        return reasons
    }
}
