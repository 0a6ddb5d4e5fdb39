import RegistryDomain

/// What an import says of a row that was read well and still cannot go in, or went in with something to know.
extension Reason {
    static func ofImport(
        _ rule: RuleID?, _ code: String, field: String?, expected: String? = nil, _ zh: String, _ en: String
    ) -> Reason {
        Reason(rule: rule, code: code, message: Text(zh: zh, en: en), field: field, expected: expected)
    }

    public static let importInterrupted = ofImport(
        nil, "importInterrupted", field: nil, "导入被中断，没有写入任何数据；请重新提交同一文件，不会重复。",
        "The import was interrupted and stored nothing; send the file again, nothing is doubled.")
    static let nothingStored = ofImport(
        nil, "nothingStored", field: nil, "有不合格的行，按“全部或全不”的要求没有写入任何数据。",
        "Some rows were rejected; as all or nothing was asked for, nothing was stored.")
    static let employerDiffers = ofImport(
        .Q12, "employerDiffers", field: "employerCreditCode", expected: "the employer on the register",
        "登记的单位与文件中的不同；导入不办理调动，请在该学员页面办理调动（POST /api/v1/learners/{id}/employments）后再导入。",
        "The register has another employer; an import moves nobody. Record the transfer first, then import again.")
    static let employmentEnded = ofImport(
        .Q2, "employmentEnded", field: "employerCreditCode", "登记显示该学员已离开这一单位；如已返回，请登记新的任职时间。",
        "The register says that the learner has left this employer; record a new period if they are back.")
    static let inPostAssumed = ofImport(
        .Q2, "inPostAssumed", field: "employedFrom", expected: "employedFrom or professionalSince",
        "从本行起，未填任职开始日期和专业技术工作起始时间的新学员，均按此日起在岗登记。",
        "From this row on, new learners of whom the file gives neither day are taken to be in post since this day.")
    static let nameCorrected = ofImport(
        .L1, "nameCorrected", field: "name", "姓名与登记的不同，已按文件更正并留存原姓名。",
        "The name differed from the register; it was corrected, and the old one is kept.")
    static let employerClassDiffers = ofImport(
        .R2, "employerClassDiffers", field: "level", expected: "the register's kind, level and division",
        "单位性质、级别或区划与登记的不同，会改变认定机构；请用单位更正办理，不能通过导入修改。",
        "Kind, level or division differ from the register; they decide who recognizes, so they are changed by a correction."
    )
    static let duplicateInFile = ofImport(
        nil, "duplicateInFile", field: nil, expected: "one row, or equal rows", "文件中前面已有同一对象的行，内容不一致；请核对后只保留一行。",
        "An earlier row of the file is about the same and says something else; keep one.")
    static let openingReversed = ofImport(
        .Q8, "openingReversed", field: "paperNumber", "这一条期初登记已被撤销，不能原样再次导入；请更正内容后导入。",
        "This very line was entered and reversed; correct it before it is imported again.")
    static let openingDiffers = ofImport(
        .Q10, "paperUsed", field: "paperNumber", expected: "the hours and the day on the register",
        "该证书这一年度已经录入，学时或认定日期不同；如原登记有误，请先撤销。",
        "This year of this certificate is entered with other hours or another day; reverse that entry first if it is wrong."
    )
    static let onlineNeedsReason = ofImport(
        .Q6, "faceToFaceExpected", field: "recordNumber",
        "档案已收录。市级事业单位人员原则上应参加面授（M1），未自动提交申请；请由本人或单位说明理由后申报。",
        "The record is kept. City-level institutions attend face to face in principle (M1): no claim was made; make one with a reason."
    )
    static let recordKeptYearComplete = ofImport(
        .S2, "yearComplete", field: "subjectYear", "档案已收录；该年度已经完成登记，没有再提交申请。",
        "The record is kept; the year is already complete, so no claim was made.")
    static let recordKeptClaimOpen = ofImport(
        nil, "claimOpen", field: "subjectYear", "档案已收录；该年度已有正在办理的申请，没有再提交。",
        "The record is kept; a claim for the year is already open, so none was made.")

    func naming(_ field: String) -> Reason {
        var reason = self
        reason.field = field
        return reason
    }
}
