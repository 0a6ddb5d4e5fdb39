import RegistryDomain
import RegistryStore

/// A column: its name in the interface, what people call it in Chinese, and whether the file must have it.
struct ImportColumn: Sendable {
    var name: String
    var chinese: [String]
    var isRequired = true
}

extension ImportKind {
    var columns: [ImportColumn] {
        switch self {
        case .employers:
            [
                .creditCode, ImportColumn(name: "name", chinese: ["单位名称", "名称"]),
                ImportColumn(name: "kind", chinese: ["单位性质", "性质"]),
                ImportColumn(name: "level", chinese: ["级别", "单位级别"]),
                ImportColumn(name: "division", chinese: ["行政区划", "区划", "行政区划代码", "县区", "县(区)"], isRequired: false),
            ]
        case .learners:
            [
                .idNumber, ImportColumn(name: "name", chinese: ["姓名"]),
                ImportColumn(name: "gender", chinese: ["性别"], isRequired: false),
                ImportColumn(name: "employerCreditCode", chinese: ["单位统一社会信用代码", "统一社会信用代码", "单位信用代码", "信用代码"]),
                ImportColumn(name: "post", chinese: ["岗位", "职务", "工作岗位"], isRequired: false),
                ImportColumn(name: "title", chinese: ["职称", "专业技术职称", "专业技术职务"], isRequired: false),
                ImportColumn(
                    name: "professionalSince", chinese: ["专业技术工作起始时间", "从事专业技术工作时间", "参加工作时间"], isRequired: false),
                ImportColumn(name: "employedFrom", chinese: ["任职开始日期", "任职起始日期", "到岗日期", "入职日期"], isRequired: false),
                ImportColumn(name: "employedUntil", chinese: ["任职结束日期", "离岗日期", "离职日期"], isRequired: false),
            ]
        case .completions:
            [
                ImportColumn(name: "recordNumber", chinese: ["培训档案编号", "档案编号"]), .idNumber, .subjectYear,
                ImportColumn(name: "compulsoryHours", chinese: ["必修学时"]),
                ImportColumn(name: "electiveHours", chinese: ["选修学时"]),
                ImportColumn(name: "compulsoryFinishedOn", chinese: ["必修完成日期", "必修学完日期"], isRequired: false),
                ImportColumn(name: "electiveStartedOn", chinese: ["选修开始日期"], isRequired: false),
                ImportColumn(name: "testPassedOn", chinese: ["测试通过日期", "考试通过日期"]),
            ]
        case .openings:
            [
                .idNumber, .subjectYear, ImportColumn(name: "mode", chinese: ["学习方式"]),
                ImportColumn(name: "hours", chinese: ["学时"]),
                ImportColumn(name: "recognizedOn", chinese: ["认定日期"]),
                ImportColumn(name: "paperNumber", chinese: ["证书编号", "纸质证书编号", "登记证书编号"]),
            ]
        }
    }
}

extension ImportColumn {
    static let creditCode = ImportColumn(name: "creditCode", chinese: ["统一社会信用代码", "单位统一社会信用代码", "单位信用代码", "信用代码"])
    static let idNumber = ImportColumn(name: "idNumber", chinese: ["身份证号", "身份证号码", "公民身份号码"])
    static let subjectYear = ImportColumn(name: "subjectYear", chinese: ["年度", "学习年度"])
}

/// Which field of a row is which column.
struct ImportHeader: Sendable {
    private let positions: [String: Int]
    let width: Int

    /// - Throws: `FileProblem` naming the columns that are missing, unknown or there twice.
    init(_ names: [String], for kind: ImportKind) throws {
        var positions: [String: Int] = [:]
        var unknown: [String] = []
        for (index, raw) in names.enumerated() {
            let name = Self.plain(raw)
            if name.isEmpty || Self.ignored.contains(name) { continue }
            guard
                let column = kind.columns.first(where: {
                    $0.name.lowercased() == name.lowercased() || $0.chinese.contains(name)
                })
            else {
                unknown.append(raw)
                continue
            }
            if positions[column.name] != nil {
                throw FileProblem("columnTwice", row: 1, "表头中“\(raw)”出现了两次。", "The column \(column.name) occurs twice.")
            }
            positions[column.name] = index
        }
        let missing = kind.columns.filter { $0.isRequired && positions[$0.name] == nil }
        let expected = kind.columns.map(\.name).joined(separator: ",")
        guard missing.isEmpty else {
            throw FileProblem(
                "columnsMissing", row: 1,
                "表头缺少：\(missing.map { $0.chinese[0] }.joined(separator: "、"))。应有的列：\(expected)。",
                "Missing columns: \(missing.map(\.name).joined(separator: ", ")). Expected: \(expected).")
        }
        guard unknown.isEmpty else {
            throw FileProblem(
                "columnsUnknown", row: 1, "表头中有不认识的列：\(unknown.joined(separator: "、").prefix(200))。应有的列：\(expected)。",
                "Unknown columns: \(unknown.joined(separator: ", ").prefix(200)). Expected: \(expected).")
        }
        self.positions = positions
        width = names.count
    }

    /// What every office's tables have and no register needs; and the column that a checked file came back with.
    private static let ignored: Set<String> = ["序号", "备注", CheckedFile.column.zh, CheckedFile.column.en]

    /// Without white space, the star of a required column, and full-width brackets.
    private static func plain(_ name: String) -> String {
        String(
            name.filter { !$0.isWhitespace && !["\u{FEFF}", "*", "＊"].contains($0) }
                .map { ["（": "(", "）": ")"][$0] ?? $0 })
    }

    func position(_ column: String) -> Int? { positions[column] }
}
