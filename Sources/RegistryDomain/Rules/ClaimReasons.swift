/// The sentences of a refused claim.
extension Reason {
    public static let noEmployment = of(
        .L1, "noEmployment", "没有查到该学员在本市单位的任职记录，请先登记所在单位。",
        "No employment in the city is on record for this learner.")
    static let noRoute = of(.Q5, "noRoute", "现行通知没有规定由谁认定，请联系市人社局。", "No authority is named for this claim.")
    static let recordNumberMissing = Reason(
        rule: .O1, code: "recordNumberMissing",
        message: Text(zh: "缺少省平台培训档案编号。", en: "The completion record's number is missing."), field: "recordNumber")
    static let recordNumberTooLong = Reason(
        rule: .O1, code: "recordNumberTooLong",
        message: Text(zh: "培训档案编号超过100个字符。", en: "The record number has more than 100 characters."),
        field: "recordNumber")
    static let sessionCodeMissing = Reason(
        rule: .F1, code: "sessionCodeMissing", message: Text(zh: "缺少面授班次编号。", en: "The session code is missing."),
        field: "sessionCode")
    static let sessionCodeTooLong = Reason(
        rule: .F1, code: "sessionCodeTooLong",
        message: Text(zh: "面授班次编号超过100个字符。", en: "The session code has more than 100 characters."), field: "sessionCode"
    )
    static let testNotPassed = Reason(
        rule: .O1, code: "testNotPassed",
        message: Text(zh: "在线测试未通过，尚不能生成培训档案；可以重新测试。", en: "The online test is not passed; it may be retaken."),
        field: "testPassedOn", expected: "the day the test was passed")
    static let assessmentNotPassed = Reason(
        rule: .Q4, code: "assessmentNotPassed",
        message: Text(zh: "面授考核未合格，学时不能认定。", en: "The assessment was not passed; its hours cannot be recognized."),
        field: "assessmentPassed", found: "false", expected: "true")
    public static let reasonRequired = Reason(
        rule: .Q6, code: "reasonRequired",
        message: Text(
            zh: "市级事业单位人员原则上应参加集中面授；申报网络学时须说明理由。",
            en:
                "Personnel of city-level institutions attend face to face in principle (M1); online hours need a reason."
        ),
        field: "reason", expected: "why online")

    static func hoursBelowRequired(_ field: String, _ zh: String, _ en: String, found: Int, required: Int) -> Reason {
        Reason(
            rule: .O1, code: "hoursBelowRequired",
            message: Text(
                zh: "\(zh)应学满\(required)学时，记录为\(found)学时。",
                en: "\(required) \(en) hours are required; the record has \(found)."),
            field: field, found: "\(found)", expected: "\(required)")
    }

    static func hoursImpossible(_ field: String, _ found: Int, atMost limit: Int) -> Reason {
        Reason(
            rule: .Q9, code: "hoursImpossible",
            message: Text(zh: "学时“\(found)”不合理，应为0至\(limit)之间的整数。", en: "\(found) hours cannot be; at most \(limit)."),
            field: field, found: "\(found)", expected: "0–\(limit)")
    }

    static func electiveBeforeCompulsory(started: Day, finished: Day) -> Reason {
        Reason(
            rule: .O2, code: "electiveBeforeCompulsory",
            message: Text(
                zh: "必修课（\(finished)学完）学完之前已开始选修课（\(started)）；须先学完必修课。",
                en: "Elective study began on \(started), before the compulsory courses were finished on \(finished)."),
            field: "electiveStartedOn", found: started.description, expected: "\(finished) or later")
    }

    static func testBeforeStudyFinished(passed: Day, studied: Day) -> Reason {
        Reason(
            rule: .O4, code: "testBeforeStudyFinished",
            message: Text(
                zh: "测试通过日期（\(passed)）早于学习日期（\(studied)）。", en: "The test (\(passed)) comes before study (\(studied))."),
            field: "testPassedOn", found: passed.description, expected: "\(studied) or later")
    }

    static func outsideOnlineWindow(_ field: String, _ day: Day, _ window: Window) -> Reason {
        Reason(
            rule: .O3, code: "outsideOnlineWindow",
            message: Text(
                zh: "日期\(day)不在网络学习时间（\(window.from)至\(window.until)）之内。",
                en: "\(day) lies outside the time for online study, \(window.from) to \(window.until)."),
            field: field, found: day.description, expected: window.text)
    }

    static func outsideFaceToFaceWindow(_ field: String, _ day: Day, _ window: Window, year: Int) -> Reason {
        Reason(
            rule: .F2, code: "outsideFaceToFaceWindow",
            message: Text(
                zh: "日期\(day)不在\(year)年度面授时间（\(window.from)至\(window.until)）之内。",
                en:
                    "\(day) lies outside the time for face-to-face training of \(year), \(window.from) to \(window.until)."
            ),
            field: field, found: day.description, expected: window.text)
    }

    static func dateAfterToday(_ field: String, _ day: Day, today: Day) -> Reason {
        Reason(
            rule: .Q11, code: "dateAfterToday",
            message: Text(zh: "日期\(day)晚于今天（\(today)）。", en: "\(day) is later than today, \(today)."), field: field,
            found: day.description, expected: "\(today) or earlier")
    }

    static func datesOutOfOrder(_ field: String, _ day: Day, after first: Day) -> Reason {
        Reason(
            rule: .F2, code: "datesOutOfOrder",
            message: Text(zh: "结束日期\(day)早于开始日期\(first)。", en: "It ends on \(day), before it starts on \(first)."),
            field: field,
            found: day.description, expected: "\(first) or later")
    }
}

extension Reason {
    public static func subjectYearUnknown(_ year: Int) -> Reason { yearUnknown(year, rule: .S1) }
}
