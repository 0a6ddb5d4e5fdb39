/// The sentences of an eligibility answer.
extension Reason {
    static func yearIncomplete(_ year: YearAnswer, _ terms: PurposeTerms) -> Reason {
        let missing = year.requiredHours - year.creditedHours
        return Reason(
            rule: terms.rule, code: "yearIncomplete",
            message: Text(
                zh: "\(year.year)年度继续教育公需科目学习任务未完成（应完成\(year.requiredHours)学时，还差\(missing)学时），"
                    + "\(terms.name.zh)申请不予受理。",
                en: "Subject year \(year.year) is not complete (\(missing) of \(year.requiredHours) hours missing): "
                    + "the application for \(terms.name.en) is not accepted."),
            subjectYear: year.year)
    }

    static func notExcellent(_ year: YearAnswer, _ terms: PurposeTerms) -> Reason {
        Reason(
            rule: terms.rule, code: "notExcellent",
            message: Text(
                zh: "\(year.year)年度无故未完成公需科目学习，当年年度考核不能确定为优秀等次。",
                en:
                    "Subject year \(year.year) was not completed and no cause was approved: not excellent in that year's assessment."
            ),
            subjectYear: year.year)
    }

    static func yearPending(_ year: YearAnswer, _ terms: PurposeTerms) -> Reason {
        Reason(
            rule: terms.rule, code: "yearPending",
            message: Text(
                zh: "\(year.year)年度学习任务尚未到期（\(year.dueOn)），目前不能下结论。",
                en: "Subject year \(year.year) is not due before \(year.dueOn); it cannot be said yet."),
            subjectYear: year.year)
    }

    static func purposeNotApplicable(_ terms: PurposeTerms) -> Reason {
        Reason(
            rule: terms.rule, code: "notApplicable",
            message: Text(
                zh: "“\(terms.name.zh)”的这项要求只适用于事业单位在职人员，该学员不适用。",
                en: "This requirement for \(terms.name.en) applies to personnel of public institutions only."))
    }

    static func purposeUnknown(_ purpose: Purpose) -> Reason {
        Reason(
            rule: nil, code: "purposeUnknown",
            message: Text(
                zh: "现行通知没有规定事项“\(purpose.rawValue)”。", en: "No notice in force names the purpose \(purpose.rawValue)."),
            field: "purpose", found: purpose.rawValue)
    }

    static func yearUnknown(_ year: Int, rule: RuleID?) -> Reason {
        Reason(
            rule: rule, code: "subjectYearUnknown",
            message: Text(zh: "现行通知没有规定\(year)年度的学习任务。", en: "No notice in force has a subject year \(year)."),
            subjectYear: year, field: "subjectYear", found: "\(year)")
    }
}
