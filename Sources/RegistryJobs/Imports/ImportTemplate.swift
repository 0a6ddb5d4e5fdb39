import Foundation
import RegistryDomain
import RegistryStore

/// An empty table to fill in: Chinese column names, a star before those that must be there, every column text, so that a
/// spreadsheet leaves an ID number alone; in a workbook a second sheet says what belongs in each column.
public enum ImportTemplate {
    public static func bytes(_ kind: ImportKind, _ form: TableFileForm) async throws -> [UInt8] {
        try await Blocking.run { try make(kind, form) }
    }

    private static func make(_ kind: ImportKind, _ form: TableFileForm) throws -> [UInt8] {
        let header = kind.columns.map { ($0.isRequired ? "*" : "") + $0.chinese[0] }
        guard form == .xlsx else { return try TableFile.bytes(form, title: "数据", [header]) }
        let url = TableFile.temporary(form)
        defer { try? FileManager.default.removeItem(at: url) }
        let writer = try WorkbookWriter(url, sheets: ["数据", "填写说明"])
        writer.setColumns(kind.columns.map { $0.name.contains("umber") || $0.name.contains("Code") ? 24 : 16 })
        writer.setColumns([26, 8, 46, 24], sheet: 1)
        try writer.write(header, marked: false, sheet: 0)
        try writer.write(["列名", "必填", "填写要求", "示例"], marked: false, sheet: 1)
        for column in kind.columns {
            let hint = hints[column.name] ?? ("", "")
            try writer.write(
                [column.chinese[0], column.isRequired ? "是" : "", hint.says, hint.example], marked: false, sheet: 1)
        }
        try writer.finish()
        return [UInt8](try Data(contentsOf: url))
    }

    /// What a column holds and an example of it.
    static let hints: [String: (says: String, example: String)] = [
        "creditCode": ("统一社会信用代码，18位（GB 32100）", "12511823M000000023"),
        "name": ("全称，不超过200字", ""),
        "kind": ("事业单位、企业、非公经济组织", "事业单位"),
        "level": ("市级、县级、飞地园区", "县级"),
        "division": ("县级单位必填：县（区）名称或行政区划代码（GB/T 2260）", "汉源县"),
        "idNumber": ("公民身份号码，18位或15位；单元格须为文本格式", "511823198502140026"),
        "gender": ("男、女", "女"),
        "employerCreditCode": ("所在单位的统一社会信用代码，单位须已登记", "12511823M000000023"),
        "post": ("工作岗位", "临床护理"),
        "title": ("专业技术职称", "主管护师"),
        "professionalSince": ("日期", "2007-07-01"),
        "employedFrom": ("到岗日期；不填则视为自最早学习年度起在岗", "2015-09-01"),
        "employedUntil": ("离岗日期；在岗不填", ""),
        "recordNumber": ("省平台培训档案的编号", "SC-00012345"),
        "subjectYear": ("学习年度，四位数字", "2017"),
        "compulsoryHours": ("必修课学时，整数", "10"),
        "electiveHours": ("选修课学时，整数", "20"),
        "compulsoryFinishedOn": ("必修课学完的日期", "2017-09-10"),
        "electiveStartedOn": ("选修课开始的日期，不早于必修课学完", "2017-09-11"),
        "testPassedOn": ("测试通过的日期", "2017-11-03"),
        "mode": ("网络、面授", "网络"),
        "hours": ("学时，整数", "30"),
        "recognizedOn": ("纸质证书上的认定日期", "2016-12-20"),
        "paperNumber": ("纸质《继续教育登记证书》的编号", "川继教字0012345"),
    ]
}

/// A list for people as a file.
public enum PeopleTable {
    public static func bytes(_ form: TableFileForm, title: String, _ rows: [[String]]) async throws -> [UInt8] {
        try await Blocking.run { try TableFile.bytes(form, title: title, rows) }
    }
}
