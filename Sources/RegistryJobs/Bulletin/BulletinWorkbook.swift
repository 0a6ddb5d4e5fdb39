import CLibXlsxWriter
import Foundation
import RegistryDomain
import RegistryStore

/// A bulletin as XLSX: for each subject year a sheet of areas and one of employers. The same bulletin makes the same bytes:
/// the workbook says that it was made when the bulletin was published, and libxlsxwriter dates the parts of its archive 1980.
struct BulletinWorkbook {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let document: BulletinDocument

    init(_ document: BulletinDocument) { self.document = document }

    /// Writes by way of a file, which libxlsxwriter needs; blocks.
    func bytes() throws -> [UInt8] {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("bulletin-\(UUID().uuidString).xlsx")
        defer { try? FileManager.default.removeItem(at: url) }
        var options = lxw_workbook_options()
        // A row is written out when the next begins: a bulletin's size is no matter.
        options.constant_memory = 1
        guard let workbook = workbook_new_opt(url.path, &options) else {
            throw Failure(description: "\(url.path) cannot be written")
        }
        let bold = workbook_add_format(workbook)
        format_set_bold(bold)
        describe(workbook)
        for year in document.bulletin.years {
            areas(of: year, workbook_add_worksheet(workbook, "\(year.year) 汇总"), bold)
            employers(of: year, workbook_add_worksheet(workbook, "\(year.year) 单位"), bold)
        }
        let result = workbook_close(workbook)
        guard result == LXW_NO_ERROR else { throw Failure(description: String(cString: lxw_strerror(result))) }
        return [UInt8](try Data(contentsOf: url))
    }

    private func describe(_ workbook: UnsafeMutablePointer<lxw_workbook>) {
        var properties = lxw_doc_properties()
        properties.created = time_t(document.knownAt.timeIntervalSince1970)
        // libxlsxwriter copies the texts before it returns, and changes none.
        document.number.withCString { number in
            document.issuer.zh.withCString { issuer in
                properties.title = UnsafeMutablePointer(mutating: number)
                properties.company = UnsafeMutablePointer(mutating: issuer)
                workbook_set_properties(workbook, &properties)
            }
        }
    }

    private func areas(
        of year: BulletinRecord.Year, _ sheet: UnsafeMutablePointer<lxw_worksheet>?,
        _ bold: UnsafeMutablePointer<lxw_format>?
    ) {
        var row = heading(sheet, year, bold, BulletinWords.columns)
        for line in year.rows {
            let texts = [
                line.name?.zh ?? line.area.description, BulletinWords.level(line.level).zh,
                BulletinWords.kind(line.kind).zh,
            ]
            write(sheet, row, texts, line.counts, nil)
            row += 1
        }
        write(sheet, row, ["合计", "", ""], year.total, bold)
    }

    private func employers(
        of year: BulletinRecord.Year, _ sheet: UnsafeMutablePointer<lxw_worksheet>?,
        _ bold: UnsafeMutablePointer<lxw_format>?
    ) {
        let names = Dictionary(
            year.rows.map { ($0.area, $0.name?.zh ?? $0.area.description) }, uniquingKeysWith: { first, _ in first })
        var row = heading(sheet, year, bold, BulletinWords.unitColumns + BulletinWords.columns)
        for line in year.employers {
            let texts = [
                line.name, line.creditCode, names[line.area] ?? line.area.description,
                BulletinWords.level(line.level).zh,
                BulletinWords.kind(line.kind).zh,
            ]
            write(sheet, row, texts, line.counts, line.behind ? bold : nil)
            row += 1
        }
        write(sheet, row, ["合计", "", "", "", ""], year.total, bold)
    }

    /// Title and column names; the row after them.
    private func heading(
        _ sheet: UnsafeMutablePointer<lxw_worksheet>?, _ year: BulletinRecord.Year,
        _ bold: UnsafeMutablePointer<lxw_format>?,
        _ columns: [Text]
    ) -> UInt32 {
        let title = "\(document.number) 截至\(document.bulletin.asOf) \(year.year)年度"
        worksheet_write_string(sheet, 0, 0, title, bold)
        for (column, text) in columns.enumerated() {
            worksheet_write_string(sheet, 1, UInt16(column), "\(text.zh) \(text.en)", bold)
        }
        return 2
    }

    private func write(
        _ sheet: UnsafeMutablePointer<lxw_worksheet>?, _ row: UInt32, _ texts: [String],
        _ counts: BulletinRecord.Counts,
        _ format: UnsafeMutablePointer<lxw_format>?
    ) {
        for (column, text) in texts.enumerated() { worksheet_write_string(sheet, row, UInt16(column), text, format) }
        let numbers = BulletinWords.numbers(counts)
        for (column, number) in numbers.enumerated() {
            worksheet_write_number(sheet, row, UInt16(texts.count + column), Double(number), format)
        }
        worksheet_write_string(sheet, row, UInt16(texts.count + numbers.count), BulletinWords.rate(counts), format)
    }
}
