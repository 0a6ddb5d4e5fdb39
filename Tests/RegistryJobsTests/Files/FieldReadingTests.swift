import RegistryDomain
import RegistryStore
import Testing

@testable import RegistryJobs

@Suite struct FieldReadingTests {
    @Test(arguments: [
        "2018-03-01", "2018/3/1", "2018.3.1", "2018年3月1日", "20180301", "2018-03-01 00:00:00", "2018-03-01T08:00:00",
    ])
    func `a day is read as people write it`(_ text: String) {
        #expect(DayReader.read(text) == Day("2018-03-01"))
    }

    @Test(arguments: ["2018-02-31", "2018/13/1", "31.12.2018", "18-3-1", "2018-03", "明天", "43160", "", "2018-03-01-02"])
    func `what is no day is none`(_ text: String) {
        #expect(DayReader.read(text) == nil)
    }

    @Test(arguments: [
        ("30", 30), ("３０", 30), ("30.0", 30), ("30学时", 30), ("2017年度", 2017), ("-1", -1), ("1000000000", 1_000_000_000),
    ])
    func `a number is read as people write it`(_ text: String, _ number: Int) {
        #expect(NumberReader.read(text) == number)
    }

    @Test(arguments: ["三十", "3 0", "30.5", "1e3", "99999999999999999999", "", "0x1F"])
    func `what is no whole number is none`(_ text: String) {
        #expect(NumberReader.read(text) == nil)
    }

    @Test func `a header is read in either language, in any order, with stars and brackets`() throws {
        let header = try ImportHeader(["序号", "*姓名", " 身份证号码 ", "单位信用代码", "", "职称", "备注"], for: .learners)
        #expect(header.position("name") == 1)
        #expect(header.position("idNumber") == 2)
        #expect(header.position("employerCreditCode") == 3)
        #expect(header.position("title") == 5)
        #expect(header.position("post") == nil)
        #expect(
            try ImportHeader(["CreditCode", "NAME", "kind", "level", "县（区）"], for: .employers).position("division") == 4
        )
    }

    @Test(arguments: [
        (["姓名", "身份证号"], "columnsMissing"), (["姓名", "身份证号", "单位信用代码", "手机"], "columnsUnknown"),
        (["姓名", "name", "身份证号", "单位信用代码"], "columnTwice"), (["5118021985", "张丽"], "columnsMissing"),
    ])
    func `columns that are missing, unknown or there twice are named`(_ names: [String], _ code: String) {
        let problem = #expect(throws: FileProblem.self) { try ImportHeader(names, for: .learners) }
        #expect(problem?.reason.code == code)
    }
}
