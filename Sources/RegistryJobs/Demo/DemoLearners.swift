import Foundation
import RegistryDomain

/// An invented learner, with the employments of a life.
struct DemoLearner: Sendable {
    var id: UUID
    var idNumber: String
    var name: String
    var isMale: Bool
    var post: String
    var title: String
    var professionalSince: Day
    var employer: DemoEmployer
    var employedFrom: Day
    var employedUntil: Day?
    var nextEmployer: DemoEmployer?
    var movedOn: Day?

    private static let surnames =
        Array("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤")
        .map(String.init) + ["欧阳", "司马", "上官", "泽仁", "扎西"]
    private static let given = Array("伟芳娜敏静秀英丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文华玉红建国志玲桃梅鑫波斌宇浩凯健俊帆雪婷慧晨琳洁倩欣怡佳雨泽轩子涵𬱖").map(String.init)

    static func make(_ number: Int, seed: UInt64, employers: [DemoEmployer]) -> DemoLearner {
        var random = SeededGenerator(seed: seed, kind: 2, number: number)
        let identity = identity(number, seed: seed)
        let employer = employers[Int(random.next() % UInt64(employers.count))]
        let since =
            Day(year: random.number(1995...2015), month: random.number(1...12), day: random.number(1...28))
            ?? Day(daysSince2000: 0)
        var learner = DemoLearner(
            id: random.uuid(), idNumber: identity.number, name: name(&random), isMale: identity.isMale, post: "",
            title: "",
            professionalSince: since, employer: employer, employedFrom: since)
        (learner.post, learner.title) = work(employer, &random)
        place(&learner, employers, &random)
        return learner
    }

    /// Most have been in post for years; some came in spring 2018, some left, some moved.
    private static func place(
        _ learner: inout DemoLearner, _ employers: [DemoEmployer], _ random: inout SeededGenerator
    ) {
        switch random.number(0...99) {
        case 0..<6: learner.employedFrom = Day(year: 2018, month: 3, day: random.number(1...28)) ?? learner.employedFrom
        case 6..<9: learner.employedUntil = Day(year: 2017, month: random.number(9...12), day: random.number(1...28))
        case 9..<12:
            let next = employers[Int(random.next() % UInt64(employers.count))]
            if next.id != learner.employer.id {
                learner.nextEmployer = next
                learner.movedOn = Day(year: 2018, month: 4, day: random.number(1...28))
            }
        default: break
        }
        if learner.employedFrom < learner.professionalSince { learner.employedFrom = learner.professionalSince }
    }

    /// A number of its own for each learner: the counted number is spread over places, birth dates and sequence numbers.
    private static func identity(_ number: Int, seed: UInt64) -> (number: String, isMale: Bool) {
        let places = ["511802", "511803", "511822", "511823", "511824", "511825", "511826", "511827"]
        let days = 12_700
        let total = places.count * days * 999
        let spread = (number * 48_271 + Int(seed % 1_000_003)) % total
        let birth = Day(daysSince2000: Int32(-14_610 + spread / places.count % days))
        let sequence = spread / (places.count * days) + 1
        let month = String(birth.month + 100).suffix(2)
        let day = String(birth.day + 100).suffix(2)
        let body = places[spread % places.count] + "\(birth.year)\(month)\(day)" + String(sequence + 1000).suffix(3)
        return (body + String(IdentityNumber.checkDigit(of: Array(body))), sequence % 2 == 1)
    }

    private static func name(_ random: inout SeededGenerator) -> String {
        random.pick(surnames) + random.pick(given) + (random.chance(75) ? random.pick(given) : "")
    }

    private static func work(_ employer: DemoEmployer, _ random: inout SeededGenerator) -> (post: String, title: String)
    {
        if employer.name.contains("医院") || employer.name.contains("疾病") {
            return (random.pick(["医师", "护士", "检验技师", "药师"]), random.pick(["主治医师", "主管护师", "副主任医师", "医师"]))
        }
        if employer.name.contains("学") {
            return (random.pick(["语文教师", "数学教师", "实训教师"]), random.pick(["一级教师", "高级教师", "二级教师"]))
        }
        return (random.pick(["工程师", "会计", "农艺师", "技术员"]), random.pick(["工程师", "助理工程师", "高级工程师", "会计师"]))
    }
}
