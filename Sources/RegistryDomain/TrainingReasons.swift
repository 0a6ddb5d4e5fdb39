/// Why the base's training refuses (F1 to F3, M1, M2, P2, Q4, R3).
extension Reason {
    // MARK: Plans

    static let planExpected = of(
        .M1, "planExpected", "市级事业单位人员原则上应参加集中面授，请报送培训计划，而不是申请名额。",
        "A city-level institution's people attend face to face in principle: it sends a plan, not a request for places."
    )
    static let placesAreAsked = of(
        .M2, "placesAreAsked", "贵单位人员可自行选择学习方式，不报培训计划；如需参加面授，请与基地联系申请名额（kind: request）。",
        "This unit's people choose how they study: it asks the base for places (kind: request), it sends no plan.")
    static func seasonIsOver(_ year: Int, until: Day) -> Reason {
        Reason(
            rule: .F2, code: "seasonIsOver",
            message: Text(
                zh: "\(year)年度面授已于\(until)结束，不再接受培训计划。",
                en: "Face-to-face training of \(year) ended on \(until); plans are no longer taken."),
            subjectYear: year,
            expected: "\(until) or earlier")
    }
    public static let planExists = of(
        .F3, "planExists", "本单位该年度已有培训计划；如需增加人员，请在原计划中追加。",
        "This unit has a plan for the year; add people to that one.")
    public static let planEmpty = of(
        .F3, "planEmpty", "培训计划中没有人员；该年度可能已全部完成。", "The plan names nobody; perhaps all have completed the year.")
    public static let planOfOthers = of(
        .F3, "planOfOthers", "计划中有不在本单位的人员；单位只能为本单位人员报送计划。",
        "The plan names people who are not in post at this unit.")
    public static let planAnswered = of(
        .F3, "planAnswered", "该计划已经撤回或答复，不能再改动。", "This plan was withdrawn or answered and cannot change any more.")

    // MARK: Sessions

    static let halfDaysMissing = of(.F2, "halfDaysMissing", "至少要有一个半天。", "A session needs a half-day at least.")
    static func halfDayHours(_ index: Int, _ found: Int) -> Reason {
        field("halfDays[\(index)].hours", found: "\(found)", expected: Text(zh: "每半天1至8学时", en: "1 to 8 hours"))
    }
    static func halfDayTimes(_ index: Int) -> Reason {
        field(
            "halfDays[\(index)].endsAt", found: nil, expected: Text(zh: "晚于开始时间", en: "later than when it starts"))
    }
    static func halfDayTwice(_ index: Int) -> Reason {
        field(
            "halfDays[\(index)]", found: nil,
            expected: Text(zh: "同一班次的半天不能重复或重叠", en: "half-days of a session do not overlap"))
    }
    static func sessionInThePast(_ day: Day, today: Day) -> Reason {
        field(
            "halfDays", found: day.description,
            expected: Text(zh: "不早于今天（\(today)）", en: "not before today, \(today)"), rule: .F2)
    }
    static func priceUnknown(_ document: String) -> Reason {
        Reason(
            rule: .P2, code: "priceUnknown",
            message: Text(
                zh: "开班当天没有物价局文件“\(document)”核定的收费标准。",
                en: "No price approved by “\(document)” holds on the session's first day."), field: "priceDocument",
            found: document)
    }
    static func feeAboveApproved(_ fee: Int, most: Int, document: String) -> Reason {
        Reason(
            rule: .P2, code: "feeAboveApproved",
            message: Text(
                zh: "收费\(fee)分超出物价局核定标准（\(document)，最高\(most)分）。",
                en: "A fee of \(fee) fen is above what was approved: at most \(most) (\(document))."),
            field: "feeInFen",
            found: "\(fee)", expected: "0–\(most)")
    }
    public static let feeAboveApprovedPrice = of(
        .P2, "feeAboveApproved", "收费超出物价局核定的标准。", "The fee is above the approved price.")
    public static let sessionCodeTaken = of(
        .F1, "sessionCodeTaken", "该班次编号已被使用。", "A session with this code exists.")
    public static let roomTaken = of(
        .F1, "roomTaken", "该教室在这一时间已有其他班次。", "Another session is in this room at that time.")
    public static let teacherTaken = of(
        .F1, "teacherTaken", "该教师在这一时间已有其他班次。", "This teacher has another session at that time.")
    public static let learnerElsewhere = of(
        .F1, "learnerElsewhere", "有学员在同一时间已被调训到其他班次。", "A learner is called to another session at that time.")
    public static let outsideWindow = of(
        .F2, "outsideFaceToFaceWindow", "日期不在该年度面授时间之内。", "A day lies outside the time for face-to-face training.")
    public static let sessionClosed = of(
        .F1, "sessionClosed", "该班次已经取消或已认定，不能这样办理。", "This session was cancelled or recognized; this cannot be done.")
    public static let sessionUnknown = of(.F1, "sessionUnknown", "没有找到该班次。", "There is no such training session.")

    // MARK: Calls

    static let expectedSaysWhy = of(
        .M1, "reasonRequired", "市级事业单位人员原则上应参加面授；不能参加须说明原因。",
        "Personnel of city-level institutions attend face to face in principle; who cannot come says why.")
    static let calledSaysWhy = of(
        .F1, "reasonRequired", "不能参加调训须说明原因。", "Who is called and cannot come says why.")
    public static let whoCannotComeSaysWhy = calledSaysWhy
    public static let nobodyToCall = of(
        .F1, "nobodyToCall", "没有可以调训的人员：计划中的人员都已有名额或已完成该年度。",
        "There is nobody to call: everybody proposed has a place or has completed the year.")
    public static let noPlaceLeft = of(.F1, "noPlaceLeft", "名额已满。", "There is no place left.")
    public static let callClosed = of(
        .F1, "callClosed", "该调训已经答复或结束，不能再答复；请与基地联系。", "This call was declined or has ended; ask the base.")
    public static let waiting = of(
        .F1, "waiting", "目前在候补名单上，尚未取得名额。", "This person is on the waiting list and has no place yet.")
    public static let callUnknown = of(.F1, "callUnknown", "没有找到该调训。", "There is no such call.")
    public static let calledAlready = of(
        .F1, "calledAlready", "有人员已在该班次名单上。", "Somebody is on this session's list already.")

    // MARK: Attendance and assessment

    public static let notCalled = of(
        .F1, "notCalled", "参训学员以基地调训通知为准：该学员不在本班次名单上。",
        "The base's call decides who comes: this learner has no place in this session.")
    public static let signedInAlready = of(
        .F1, "signedInAlready", "该半天已经签到。", "This half-day has been signed in to already.")
    public static let codeInvalid = of(
        .F1, "codeInvalid", "签到码无效或已过期，请扫描屏幕上当前的二维码。",
        "The code is not valid or has expired; scan the one on the screen now.")
    public static let signInClosed = of(
        .F1, "signInClosed", "现在不是该半天的签到时间。", "This half-day is not open for signing in now.")
    public static let seenAnotherDay = of(
        .F1, "seenAnotherDay", "签到时间不在该半天当天。", "It was seen on another day than the half-day's.")
    public static let correctedAlready = of(
        .F1, "correctedAlready", "该记录已被更正过，请更正最新的一条。", "This record was corrected already; correct the newest.")
    public static let recognizedStays = of(
        .Q8, "recognizedStays", "该班次学时已登记；如有错误，请先撤销登记再更正。",
        "Hours of this session stand on the register; reverse the entry first.")
    public static let attemptOutOfTurn = of(
        .Q4, "attemptOutOfTurn", "考核已经合格，或补考次序不对。", "The assessment was passed already, or the attempt is out of turn.")
    public static let assessedTooEarly = of(
        .Q4, "assessedTooEarly", "考核日期早于开班日期。", "It was assessed before the session began.")

    // MARK: Recognition

    static let notAttended = of(.F1, "notAttended", "没有签到记录，没有可认定的学时。", "No half-day was attended: there are no hours.")
    static let notAssessed = of(.Q4, "notAssessed", "尚未考核。", "The assessment is still to come.")
    static let ownHours = of(
        .R3, "ownClaim", "本人的学时须由基地其他工作人员认定。", "These are your own hours: another officer of the base recognizes them.")
    public static let baseRecognizes = of(
        .R3, "outsideJurisdiction", "集中面授的学时由继续教育基地认定。", "Face-to-face hours are recognized by the base.")
    public static let nothingToRecognize = of(
        .R3, "nothingToRecognize", "没有可以认定的学时。", "There are no hours to recognize.")
    public static let previewChanged = of(
        .R3, "previewChanged", "名单在预览之后有变化，请重新查看后再认定。", "The list has changed since the preview; look again.")
    static func hoursDiffer(_ claimed: Int, attended: Int) -> Reason {
        Reason(
            rule: .Q4, code: "hoursDiffer",
            message: Text(
                zh: "该班次由本系统管理，学时以签到为准：申报\(claimed)学时，签到记录为\(attended)学时。",
                en: "Hours of this session follow from attendance: \(claimed) claimed, \(attended) attended."),
            field: "hours", found: "\(claimed)", expected: "\(attended)")
    }
    public static let hoursFollowFromAttendance = of(
        .Q4, "hoursDiffer", "该班次的学时与签到、考核记录不一致。", "The hours differ from attendance and assessment.")
    static func sessionDaysDiffer(_ start: Day, _ end: Day) -> Reason {
        Reason(
            rule: .F2, code: "sessionDaysDiffer",
            message: Text(zh: "该班次的日期为\(start)至\(end)。", en: "This session ran from \(start) to \(end)."),
            field: "startedOn", expected: "\(start)–\(end)")
    }

    // MARK: Fees

    public static let nothingToCharge = of(
        .P2, "nothingToCharge", "没有可以收费的人员。", "There is nobody to charge.")
    public static let nothingDue = of(.P2, "nothingDue", "没有应收的费用，或费用已经收讫。", "Nothing is due, or it was paid already.")
    public static let refundedAlready = of(.P2, "refundedAlready", "该费用已经退还或取消。", "This charge was taken back already.")
}
