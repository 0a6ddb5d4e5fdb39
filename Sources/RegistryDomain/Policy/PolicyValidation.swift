/// A mistake in a policy, where it is and what would be right.
public struct PolicyMistake: Sendable, Equatable {
    /// Such as `subjectYears[0].dueOn`.
    public var path: String
    public var message: Text

    public init(_ path: String, _ zh: String, _ en: String) {
        self.path = path
        message = Text(zh: zh, en: en)
    }
}

extension Policy {
    /// Everything that is wrong with the policy's own sense; its form was checked by decoding it.
    public func validate() -> [PolicyMistake] {
        validateSubjectYears() + validateRoutes() + validatePurposes() + validateTexts() + validateLimits()
            + validateTraining()
    }

    private func validateSubjectYears() -> [PolicyMistake] {
        var mistakes: [PolicyMistake] = []
        if subjectYears.isEmpty {
            mistakes.append(PolicyMistake("subjectYears", "至少要有一个年度", "at least one subject year is needed"))
        }
        for (index, year) in subjectYears.enumerated() {
            let path = "subjectYears[\(index)]"
            if subjectYears[..<index].contains(where: { $0.year == year.year }) {
                mistakes.append(
                    PolicyMistake("\(path).year", "年度 \(year.year) 重复", "subject year \(year.year) occurs twice"))
            }
            mistakes += Self.mistakes(in: year, at: path, fenPerHour: fees.onlineFenPerHour)
        }
        return mistakes
    }

    private static func mistakes(in year: SubjectYear, at path: String, fenPerHour: Int) -> [PolicyMistake] {
        var mistakes: [PolicyMistake] = []
        func expect(_ holds: Bool, _ field: String, _ zh: String, _ en: String) {
            if !holds { mistakes.append(PolicyMistake("\(path).\(field)", zh, en)) }
        }
        let online = year.online
        expect((1900...2999).contains(year.year), "year", "年度应为四位数", "a year of four digits is needed")
        expect(year.requiredHours > 0, "requiredHours", "学时应大于零", "hours must be above zero")
        expect(
            online.compulsoryHours >= 0 && online.electiveHours >= 0, "online", "学时不能为负", "hours cannot be negative")
        expect(
            online.compulsoryHours + online.electiveHours == year.requiredHours, "online",
            "必修与选修之和应为 \(year.requiredHours) 学时", "compulsory and elective hours must add up to \(year.requiredHours)")
        expect(
            year.onlineWindow.from <= year.onlineWindow.until, "onlineWindow", "起止日期颠倒",
            "the window ends before it begins")
        expect(
            year.faceToFaceWindow.from <= year.faceToFaceWindow.until, "faceToFaceWindow", "起止日期颠倒",
            "the window ends before it begins")
        expect(
            year.faceToFaceWindow.from.year == year.year && year.faceToFaceWindow.until.year == year.year,
            "faceToFaceWindow",
            "面授须在本年度内 (F2)", "face-to-face lies within its subject year (F2)")
        expect(year.dueOn >= year.faceToFaceWindow.until, "dueOn", "到期日不能早于面授结束", "due before face-to-face ends")
        expect(
            year.trainingPlanDueOn <= year.faceToFaceWindow.until, "trainingPlanDueOn", "培训计划截止日不能晚于面授结束",
            "plans are due after face-to-face ends")
        expect(
            year.onlineFeeInFen == year.requiredHours * fenPerHour, "onlineFeeInFen",
            "应为 \(year.requiredHours * fenPerHour) 分 (P1)", "must be \(year.requiredHours * fenPerHour) fen (P1)")
        return mistakes
    }

    private func validateRoutes() -> [PolicyMistake] {
        var mistakes: [PolicyMistake] = []
        for (index, route) in routes.enumerated() {
            let path = "routes[\(index)]"
            if routes[..<index].contains(where: { $0.mode == route.mode && $0.level == route.level }) {
                mistakes.append(PolicyMistake(path, "同一方式和级别有两条路由", "two routes for one mode and level"))
            }
            if route.authority == .county, route.level != .county {
                mistakes.append(
                    PolicyMistake(
                        "\(path).authority", "只有县（区）级单位才有县（区）机构", "only county employers have a county bureau"))
            }
        }
        for mode in Mode.allCases {
            for level in EmployerLevel.allCases where !routes.contains(where: { $0.mode == mode && $0.level == level })
            {
                mistakes.append(
                    PolicyMistake("routes", "缺少 \(mode)、\(level) 的认定机构", "no authority for \(mode), \(level)"))
            }
        }
        for target in [Authority.city, .base] where !authorities.contains(where: { $0.id == target }) {
            mistakes.append(PolicyMistake("authorities", "缺少 \(target)", "\(target) is missing"))
        }
        for (index, authority) in authorities.enumerated()
        where authorities[..<index].contains(where: { $0.id == authority.id }) {
            mistakes.append(PolicyMistake("authorities[\(index)].id", "机构重复", "the authority occurs twice"))
        }
        return mistakes
    }

    private func validatePurposes() -> [PolicyMistake] {
        var mistakes: [PolicyMistake] = []
        if purposes.isEmpty { mistakes.append(PolicyMistake("purposes", "至少要有一个事项", "at least one purpose is needed")) }
        for (index, purpose) in purposes.enumerated() {
            let path = "purposes[\(index)]"
            if purposes[..<index].contains(where: { $0.id == purpose.id }) {
                mistakes.append(PolicyMistake("\(path).id", "事项重复", "the purpose occurs twice"))
            }
            if purpose.effect == .blocksWhenIncomplete, purpose.documents.isEmpty {
                mistakes.append(PolicyMistake("\(path).documents", "缺少须提交的材料", "the documents to bring are missing"))
            }
            if purpose.kinds?.isEmpty == true {
                mistakes.append(PolicyMistake("\(path).kinds", "单位性质不能为空列表", "an empty list applies to nobody"))
            }
        }
        if annualAssessment.monthAndDay == nil {
            mistakes.append(
                PolicyMistake("annualAssessment.previousYearUntil", "应为 MM-dd", "a month and a day as MM-dd are needed")
            )
        }
        return mistakes
    }

    private func validateTexts() -> [PolicyMistake] {
        var mistakes: [PolicyMistake] = []
        for (index, rule) in rules.enumerated() where !RuleID.all.contains(rule.id) {
            mistakes.append(
                PolicyMistake("rules[\(index)].id", "未知的规则编号 \(rule.id.rawValue)", "unknown rule \(rule.id.rawValue)"))
        }
        for (index, assumption) in assumptions.enumerated() where !RuleID.all.contains(assumption.id) {
            mistakes.append(
                PolicyMistake(
                    "assumptions[\(index)].id", "未知的编号 \(assumption.id.rawValue)", "unknown \(assumption.id.rawValue)"))
        }
        for (path, rule) in citedRules where !RuleID.all.contains(rule) {
            mistakes.append(PolicyMistake(path, "未知的规则编号 \(rule.rawValue)", "unknown rule \(rule.rawValue)"))
        }
        return mistakes
    }

    private var citedRules: [(String, RuleID)] {
        routes.enumerated().map { ("routes[\($0.offset)].rule", $0.element.rule) }
            + purposes.enumerated().map { ("purposes[\($0.offset)].rule", $0.element.rule) }
            + attendance.enumerated().map { ("attendance[\($0.offset)].rule", $0.element.rule) }
    }

    private func validateLimits() -> [PolicyMistake] {
        var mistakes: [PolicyMistake] = []
        let most = subjectYears.map(\.requiredHours).max() ?? 0
        if recordLimits.onlineHours < most || recordLimits.faceToFaceHours < most {
            mistakes.append(
                PolicyMistake("recordLimits", "上限不能低于规定学时 \(most)", "limits below the required \(most) hours"))
        }
        if let days = claimWaitingDays, days < 1 {
            mistakes.append(PolicyMistake("claimWaitingDays", "应为正整数", "a whole number above zero is needed"))
        }
        if let days = reminderDays, days.contains(where: { !(1...365).contains($0) }) || Set(days).count < days.count {
            mistakes.append(
                PolicyMistake("reminderDays", "应为互不相同的1至365之间的天数", "days from 1 to 365 are needed, each once"))
        }
        if let years = recordsKeptYears, years < 0 {
            mistakes.append(PolicyMistake("recordsKeptYears", "不能为负", "years cannot be below zero"))
        }
        if fees.onlineFenPerHour < 0 {
            mistakes.append(PolicyMistake("fees.onlineFenPerHour", "收费不能为负", "a fee cannot be negative"))
        }
        if test.durationMinutes <= 0 {
            mistakes.append(PolicyMistake("test.durationMinutes", "测试时间应大于零", "the test needs time"))
        }
        return mistakes
    }
}

extension Policy.AnnualAssessment {
    /// The month and the day of `previousYearUntil`; nil where it is not `MM-dd`.
    var monthAndDay: (month: Int, day: Int)? {
        guard let day = Day("2000-" + previousYearUntil) else { return nil }
        return (day.month, day.day)
    }
}
