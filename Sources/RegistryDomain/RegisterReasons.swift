/// Why the register itself refuses: rights, conflicts and records that are not there. The refusals of a claim's
/// content are made where its rules are.
extension Reason {
    static func of(_ rule: RuleID?, _ code: String, _ zh: String, _ en: String) -> Reason {
        Reason(rule: rule, code: code, message: Text(zh: zh, en: en))
    }

    // MARK: Rights

    public static let outsideJurisdiction = of(
        nil, "outsideJurisdiction", "该记录不在您所属机构的管辖范围内，不能办理。",
        "This record is outside your authority's jurisdiction.")
    public static let roleMayNot = of(
        nil, "roleMayNot", "您的角色没有这项权限。", "Your role does not have this right.")
    /// Worked case 8: R1, R2 and R3 say which authority decides.
    public static func routedElsewhere(_ rule: RuleID) -> Reason {
        of(
            rule, "outsideJurisdiction", "该申请由其他认定机构受理，您不能认定。",
            "This claim is routed to another authority; you cannot decide it.")
    }
    public static let ownClaim = of(
        nil, "ownClaim", "不能认定本人的学时申请，请由同事办理。", "Nobody decides their own claim; a colleague must.")
    public static let notTheMaker = of(
        .Q8, "notTheMaker", "只有作出认定的机构或市人社局可以撤销该登记。",
        "Only the authority that made the entry or the city bureau can reverse it.")

    // MARK: Not there

    public static let learnerUnknown = of(nil, "learnerUnknown", "没有找到该学员。", "There is no such learner.")
    public static let employerUnknown = of(nil, "employerUnknown", "没有找到该单位。", "There is no such employer.")
    public static let claimUnknown = of(nil, "claimUnknown", "没有找到该申请。", "There is no such claim.")
    public static let entryUnknown = of(nil, "entryUnknown", "没有找到该登记。", "There is no such register entry.")
    public static let certificateUnknown = of(
        nil, "certificateUnknown", "没有这个校验码的证书。", "No certificate has this code.")
    public static let recordUnknown = of(nil, "recordUnknown", "没有找到该记录。", "There is no such record.")

    public static let findingUnknown = of(
        nil, "findingUnknown", "没有这条待处理的问题；它可能已经解决，或内容已经改变。",
        "No such finding is open; it may have been resolved, or have changed.")
    public static let bulletinUnknown = of(.V1, "bulletinUnknown", "没有这个编号的通报。", "No bulletin has this number.")

    // MARK: Conflicts

    public static let auditUnderWay = of(
        nil, "auditUnderWay", "另一次核查正在进行，请稍后再试。", "Another audit is under way; try again when it has ended.")
    public static let findingAcknowledged = of(
        nil, "findingAcknowledged", "该问题已经有人说明过。", "This finding has been acknowledged already.")
    public static let bulletinNumberTaken = of(
        .V1, "bulletinNumberTaken", "该编号的通报已经发布，不能再次发布。",
        "A bulletin with this number has been published; it cannot be published again.")
    public static let bulletinDayAhead = of(
        .V1, "bulletinDayAhead", "通报的日期不能晚于今天。", "A bulletin cannot be published for a day to come.")

    /// Worked case 10.
    public static func yearComplete(_ year: Int?) -> Reason {
        var reason = of(
            .S2, "yearComplete", "该年度的学习任务已经完成并登记，不能重复认定。",
            "This subject year is already complete on the register.")
        reason.subjectYear = year
        return reason
    }
    public static let claimDecided = of(
        nil, "claimDecided", "该申请已经办结，不能再次办理。", "This claim has already been decided.")
    public static let claimOpen = of(
        nil, "claimOpen", "该年度已有一份正在办理的申请。", "A claim for this year is already open.")
    public static let recordUsed = of(
        .O1, "recordUsed", "该培训档案已经登记过学时。", "This completion record already stands on the register.")
    public static let recordOfAnother = of(
        .O1, "recordOfAnother", "该培训档案编号属于另一名学员。", "This record number belongs to another learner.")
    public static let sessionUsed = of(
        .Q4, "sessionUsed", "该学员这一期面授培训的学时已经登记。", "This learner's hours of this session already stand.")
    public static let evidenceDiffers = of(
        .O1, "evidenceDiffers", "填报内容与省平台的培训档案不一致。",
        "The evidence differs from the provincial platform's record.")
    public static let alreadyReversed = of(
        .Q8, "alreadyReversed", "该登记已经撤销过。", "This entry has already been reversed.")
    public static let paperUsed = of(
        .Q10, "paperUsed", "该纸质证书的这一年度已经录入。", "This year of this paper certificate is already entered.")
    public static let employerExists = of(
        nil, "employerExists", "该统一社会信用代码的单位已经存在。", "An employer with this credit code exists.")
    public static let learnerExists = of(
        .A1, "learnerExists", "该身份证号码的学员已经存在。", "A learner with this ID number exists.")
    public static let employmentsOverlap = of(
        .Q12, "employmentsOverlap", "任职时间与已有记录重叠；同一时间只能有一个人事关系所在单位。",
        "The periods overlap; one employer at a time holds the personnel file.")
    public static let usernameTaken = of(nil, "usernameTaken", "该用户名已被使用。", "This username is taken.")
    public static let alreadyMerged = of(
        nil, "alreadyMerged", "该记录已经合并到另一记录。", "This record has already been merged.")
    public static let mergeLosesEntries = of(
        .Q8, "mergeLosesEntries", "合并前后登记条数不一致，已拒绝合并。",
        "The entries before and after the merge do not count the same.")
    public static func constraint(_ name: String) -> Reason {
        of(nil, "constraint", "与登记库的约束冲突：\(name)。", "This breaks the register's constraint \(name).")
    }

    // MARK: Erasure

    public static let personErased = of(
        nil, "personErased", "该人员的个人信息已依法删除，不能再办理。",
        "This person's data was erased by law; nothing more can be recorded.")
    public static let erasureClaimOpen = of(
        nil, "erasureClaimOpen", "该人员有在办的申请，请先办结或撤回。",
        "A claim of this person is open: it is decided or withdrawn first.")
    public static let erasureCallOpen = of(
        nil, "erasureCallOpen", "该人员在尚未结束的面授班次名单上，请先由基地登记不能参加。",
        "This person is on the list of a session that is not over: the base first records that the person cannot come.")
    public static let erasureHoldsOffice = of(
        nil, "erasureHoldsOffice", "该人员是认定机构的经办人，其姓名依法随认定留存。",
        "This person acts for an authority: the name stays with what was decided.")
    public static let erasureInPost = of(
        nil, "erasureInPost", "该人员仍在岗，已认定的学时还须用于申报和考核。",
        "This person is in post: the recognized hours are still needed.")
    public static func erasureTooEarly(until day: Day) -> Reason {
        of(
            nil, "erasureTooEarly", "已认定的学时须保存至\(day)，之后可以删除。",
            "The recognized hours are to be kept until \(day); after it they may be erased.")
    }
    public static let erasureNamesPerson = of(
        nil, "erasureNamesPerson", "删除的理由和文件号不能写出要删除的姓名或号码。",
        "The reason and the document must not say the name or a number that is to be erased.")

    // MARK: Requests

    public static let flagUnanswered = of(
        .Q6, "flagUnanswered", "市级事业单位人员原则上应参加面授；认定前须说明理由（faceToFaceExpected）。",
        "The flag faceToFaceExpected must be answered before the claim is recognized.")
    public static let reasonMissing = of(nil, "reasonMissing", "请说明理由。", "A reason is needed.")
    public static let idempotencyKeyReused = of(
        nil, "idempotencyKeyReused", "这个 Idempotency-Key 已用于另一个请求。",
        "This Idempotency-Key was used for another request.")
    public static let claimAskedTwice = of(
        nil, "claimAskedTwice", "同一申请在这一批里出现了两次。", "This claim appears twice in the list.")
    public static func unstorableValue(_ detail: String) -> Reason {
        of(nil, "unstorableValue", "有字段的值无法保存：\(detail)", "A value cannot be stored: \(detail)")
    }
    /// A field that cannot be what it is; `expected` says what would be right.
    public static func field(_ field: String, found: String?, expected: Text, rule: RuleID? = nil) -> Reason {
        Reason(
            rule: rule, code: "invalidField",
            message: Text(zh: "“\(field)”不正确：\(expected.zh)。", en: "\(field): \(expected.en)."),
            field: field, found: found, expected: expected.en)
    }

    // MARK: Signing in

    public static let badCredentials = of(
        .A1, "badCredentials", "用户名或密码不正确。", "Wrong username or password.")
    public static let sessionEnded = of(
        nil, "sessionEnded", "登录已失效，请重新登录。", "The session has ended; please sign in again.")
    public static let passwordIsOneTime = of(
        .A2, "passwordIsOneTime", "这是一次性密码，请先在网页登录并设置自己的密码。",
        "This password is for one use: sign in on the pages and choose your own first.")
    public static let loginLocked = of(
        .A1, "loginLocked", "登录失败次数过多，请稍后再试。", "Too many failed sign-ins; try again later.")
}

extension Reason {
    public static let alreadyRoutedThere = of(
        .Q7, "alreadyRoutedThere", "该申请已经在这一机构。", "The claim already lies with this authority.")
    public static func yearOfAnotherNotice(_ year: Int, notice: String) -> Reason {
        var reason = of(
            .S1, "yearOfAnotherNotice", "\(year) 年度已由通知 \(notice) 规定。",
            "Subject year \(year) is governed by notice \(notice).")
        reason.subjectYear = year
        return reason
    }
}

extension Reason {
    public static let periodReversed = of(
        .Q12, "periodReversed", "任职结束日期早于开始日期。", "The period ends before it begins.")
    public static let noOpenEmployment = of(
        .Q12, "noOpenEmployment", "该学员目前没有在职记录可以结束。", "There is no open employment to end.")
    public static let employerClosed = of(
        nil, "employerClosed", "该单位已注销，不能再登记人员。", "This employer is closed and takes nobody in.")
    public static let numberOfAnother = of(
        .A1, "numberOfAnother", "该身份证号码已属于另一条学员记录；如果是同一个人，请合并两条记录。",
        "This ID number belongs to another record; if it is the same person, merge the two.")
    public static let excuseElsewhere = of(
        .Q3, "excuseElsewhere", "减免或缓训由学员所在地的人社局批准。", "An excuse is approved by the learner's own bureau.")
    public static let mergedSince = of(
        nil, "mergedSince", "合并后又有新的合并，请先撤销后来的合并。",
        "One of the records has been merged again since; reverse that first.")
}

extension Reason {
    public static let importFileGone = of(
        nil, "importFileGone", "上传的文件只保留七天，已不能带结果下载。",
        "The uploaded file is kept for seven days and is no longer there.")
    public static let certificateSuperseded = of(
        .Q8, "certificateSuperseded", "该证书已作废，不再签发凭证；请打印新证书。",
        "This certificate is superseded: no credential is signed for it. Print a new one.")
    public static let noticeNotApplicable = of(
        .E6, "noticeNotApplicable", "该事项不出具受理或不予受理通知书。",
        "No notice of acceptance or refusal is issued for this purpose.")
    public static let passwordWrong = Reason(
        rule: .A1, code: "passwordWrong", message: Text(zh: "当前密码不正确。", en: "The present password is wrong."),
        field: "current")
    public static let passwordsDiffer = Reason(
        rule: .A1, code: "passwordsDiffer", message: Text(zh: "两次输入的新密码不一致。", en: "The two new passwords differ."),
        field: "again")
}
