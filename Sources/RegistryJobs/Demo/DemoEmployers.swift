import Foundation
import RegistryDomain

/// An invented employer of the city.
struct DemoEmployer: Sendable {
    var id: UUID
    var creditCode: String
    var name: String
    var kind: EmployerKind
    var level: EmployerLevel
    var division: String?

    var area: String { level == .county ? "county:\(division ?? "")" : "city" }

    /// Every level, kind and division, about one for forty learners and no fewer than sixty.
    static func make(count: Int, seed: UInt64, counties: [(code: String, name: String)]) -> [DemoEmployer] {
        (0..<count).map { number in
            var random = SeededGenerator(seed: seed, kind: 1, number: number)
            let level: EmployerLevel = number % 10 < 2 ? .city : number % 10 == 2 ? .zone : .county
            let kinds: [EmployerKind] = [.publicInstitution, .publicInstitution, .enterprise, .nonPublicOrganization]
            let kind = kinds[number / 10 % kinds.count]
            let county = counties[number % counties.count]
            let place = level == .county ? county.name : level == .city ? "雅安市" : "雅安经开区"
            return DemoEmployer(
                id: random.uuid(), creditCode: creditCode(number, kind, &random),
                name: name(place, kind, number, &random), kind: kind,
                level: level, division: level == .county ? county.code : nil)
        }
    }

    private static func creditCode(_ number: Int, _ kind: EmployerKind, _ random: inout SeededGenerator) -> String {
        let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")
        let prefix = kind == .publicInstitution ? "12511800" : kind == .enterprise ? "91511800" : "52511800"
        let serial = String(number + 100_000).suffix(6)
        var body = Array(prefix + "M" + serial)
        while body.count < 17 { body.append(random.pick(alphabet)) }
        return String(body) + String(CreditCode.checkCharacter(of: body))
    }

    private static func name(_ place: String, _ kind: EmployerKind, _ number: Int, _ random: inout SeededGenerator)
        -> String
    {
        let ordinals = Array("一二三四五六七八九十")
        let ordinal = "第\(ordinals[number % 10])"
        let names: [String] =
            switch kind {
            case .publicInstitution:
                ["\(ordinal)人民医院", "\(ordinal)中学", "\(ordinal)小学", "农业技术推广站", "水利勘测设计队", "文化馆", "疾病预防控制中心", "地质环境监测站"]
            case .enterprise: ["蜀茶实业有限公司", "水电开发有限公司", "建筑工程有限公司", "汽车运输有限公司", "石材工业有限公司"]
            case .nonPublicOrganization: ["民办职业培训学校", "康养服务中心", "会计师事务所", "工程咨询事务所"]
            }
        return place + random.pick(names) + "（\(number + 1)号）"
    }
}
