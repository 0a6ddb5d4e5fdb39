import Foundation
import RegistryDomain
import Testing

@testable import RegistryJobs

@Suite struct SpreadsheetFileTests {
    @Test func `the first sheet is read with shared, inline and rich text, numbers, booleans and gaps`() async throws {
        let rows = try await Workbook(
            sheet: """
                <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>
                <row r="3"><c r="A3" t="inlineStr"><is><t>行内</t></is></c><c r="D3"><v>30</v></c><c r="E3"><v>2.5</v></c>
                <c r="F3" t="b"><v>1</v></c><c r="G3" t="str"><v>文</v></c></row>
                <row r="4"><c r="A4"/></row>
                """,
            strings: ["<t>姓名</t>", "<r><t>身份</t></r><r><t>证号</t></r><rPh><t>shen</t></rPh>"]
        ).file().rows()
        #expect(rows.map(\.number) == [1, 3])
        #expect(rows[0].fields == ["姓名", "身份证号"])
        #expect(rows[1].fields == ["行内", "", "", "30", "2.5", "TRUE", "文"])
    }

    @Test func `numbers are days where their style shows days`() async throws {
        let cells = [("1", 43160.0), ("2", 43160.75), ("3", 43160), ("4", 43160), ("0", 43160)].enumerated().map {
            index, cell in
            "<c r=\"\(["A", "B", "C", "D", "E"][index])1\" s=\"\(cell.0)\"><v>\(cell.1)</v></c>"
        }
        let rows = try await Workbook(
            sheet: "<row r=\"1\">\(cells.joined())</row>",
            formats: ["yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", "yyyy\\-mm\\-dd", "0.00&quot;day&quot;"]
        ).file().rows()
        #expect(rows[0].fields == ["2018-03-01", "2018-03-01", "2018-03-01", "43160", "43160"])
    }

    @Test func `an ID number that was made a number reads as one`() async throws {
        let rows = try await Workbook(
            sheet: "<row><c><v>5.1180219850101101E+17</v></c><c><v>511802198501011012</v></c></row>"
        ).file().rows()
        #expect(rows[0].fields == ["5.11802E+17", "5.11802E+17"])
        #expect(throws: IdentityNumber.Mistake.spreadsheetNumber("5.11802E+17")) {
            try IdentityNumber(validating: rows[0].fields[0])
        }
    }

    @Test func `a formula is refused by row with its cell`() async throws {
        let rows = try await Workbook(
            sheet: "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"AB2\"><f>A1+1</f><v>2</v></c></row>"
        ).file().rows()
        #expect(rows.map { $0.problem?.code } == [nil, "formulaCell"])
        #expect(rows[1].problem?.found == "AB2")
    }

    @Test func `elements with a prefix are the same elements`() async throws {
        var workbook = Workbook(sheet: "")
        workbook.parts[3].text =
            "<x:worksheet xmlns:x=\"x\"><x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"inlineStr\"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>"
        #expect(try await workbook.file().rows().map(\.fields) == [["甲"]])
    }

    @Test(
        arguments: [
            ([("xl/workbook.bin", "x")], "fileTypeUnsupported"), ([("content.xml", "x")], "fileTypeUnsupported"),
            ([("readme.txt", "x")], "fileTypeUnsupported"),
            ([("xl/workbook.xml", "<workbook"), ("xl/_rels/workbook.xml.rels", "<R/>")], "fileDamaged"),
            ([("xl/workbook.xml", "<workbook/>")], "fileDamaged"),
        ] as [([(String, String)], String)])
    func `what is no workbook is refused in words`(_ parts: [(String, String)], _ code: String) async throws {
        let file = try Workbook(parts: parts.map { (name: $0.0, text: $0.1) }).file()
        let problem = await #expect(throws: FileProblem.self) { try await file.rows() }
        #expect(problem?.reason.code == code)
    }

    @Test func `entities, bombs and rows out of order are refused`() async throws {
        var entities = Workbook(sheet: "")
        entities.parts[3].text =
            "<!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData></worksheet>"
        let bomb = Workbook(
            sheet: "<row><c t=\"inlineStr\"><is><t>" + String(repeating: "0", count: 17 << 20) + "</t></is></c></row>")
        let backwards = Workbook(sheet: "<row r=\"5\"><c><v>1</v></c></row><row r=\"5\"><c><v>1</v></c></row>")
        for (workbook, code) in [(entities, "fileDamaged"), (bomb, "fileTooLarge"), (backwards, "fileDamaged")] {
            let file = try workbook.file()
            let problem = await #expect(throws: FileProblem.self) { try await file.rows() }
            #expect(problem?.reason.code == code)
        }
    }

    @Test func `a sheet that ends in its middle is refused`() async throws {
        var workbook = Workbook(sheet: "")
        workbook.parts[3].text = "<worksheet><sheetData><row><c><v>1</v></c></row><row><c>"
        let file = try workbook.file()
        let problem = await #expect(throws: FileProblem.self) { try await file.rows() }
        #expect(problem?.reason.code == "fileDamaged")
    }

    @Test func `a damaged part is refused`() async throws {
        var data = try Workbook(rows: (0..<2000).map { ["\($0)", UUID().uuidString] }).data()
        let middle = data.count / 2
        for index in middle..<middle + 200 { data[index] = UInt8(truncatingIfNeeded: index) }
        let file = try TestFile(data)
        await #expect(throws: FileProblem.self) { try await file.rows() }
    }
}
