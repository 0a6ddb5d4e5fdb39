import RegistryDomain

/// The words of a bulletin for people, the same in every form.
public enum BulletinWords {
    public static let areas = Text(zh: "按县（区）、级别和单位性质", en: "By county, level and kind")
    public static let employers = Text(zh: "按单位", en: "By employer")
    public static let behind = Text(zh: "未按期完成的单位", en: "Employers behind")
    public static let columns = [
        Text(zh: "县（区）", en: "Area"), Text(zh: "级别", en: "Level"), Text(zh: "单位性质", en: "Kind"),
        Text(zh: "应完成", en: "Owed"), Text(zh: "已完成", en: "Complete"), Text(zh: "进行中", en: "In progress"),
        Text(zh: "未完成", en: "Incomplete"), Text(zh: "减免", en: "Excused"), Text(zh: "完成率", en: "Completion"),
    ]
    public static let unitColumns = [Text(zh: "单位", en: "Employer"), Text(zh: "统一社会信用代码", en: "Credit code")]

    public static func level(_ level: EmployerLevel) -> Text {
        switch level {
        case .city: Text(zh: "市级", en: "City")
        case .county: Text(zh: "县（区）级", en: "County")
        case .zone: Text(zh: "飞地园区", en: "Zone")
        }
    }

    public static func kind(_ kind: EmployerKind) -> Text {
        switch kind {
        case .publicInstitution: Text(zh: "事业单位", en: "Public institution")
        case .enterprise: Text(zh: "企业", en: "Enterprise")
        case .nonPublicOrganization: Text(zh: "非公经济组织", en: "Non-public organization")
        }
    }

    /// Of those who owe the year and are not excused, in tenths of a percent rounded down; a dash where nobody is left.
    public static func rate(_ counts: BulletinRecord.Counts) -> String {
        rate(counts.complete, of: counts.owed - counts.excused)
    }

    public static func rate(_ complete: Int, of asked: Int) -> String {
        guard asked > 0 else { return "—" }
        let tenths = complete * 1000 / asked
        return "\(tenths / 10).\(tenths % 10)%"
    }

    public static func numbers(_ counts: BulletinRecord.Counts) -> [Int] {
        [counts.owed, counts.complete, counts.inProgress, counts.incomplete, counts.excused]
    }
}
