/// Reads `numeric`, whose binary form is digits in base 10,000 (PostgreSQL source: `numeric_send`).
enum Numeric {
    static func text(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> String {
        let count = Int(try bytes.bigEndian(Int16.self, at: 0, type: type))
        let weight = Int(try bytes.bigEndian(Int16.self, at: 2, type: type))
        let sign = try bytes.bigEndian(UInt16.self, at: 4, type: type)
        let scale = Int(try bytes.bigEndian(Int16.self, at: 6, type: type))
        switch sign {
        case 0xC000: return "NaN"
        case 0xD000: return "Infinity"
        case 0xF000: return "-Infinity"
        default: break
        }
        func digits(_ position: Int) throws -> String {
            guard (0..<count).contains(position) else { return "0000" }
            let text = String(try bytes.bigEndian(Int16.self, at: 8 + position * 2, type: type))
            return String(repeating: "0", count: 4 - text.count) + text
        }
        var whole = ""
        for position in 0..<max(weight + 1, 0) { whole += try digits(position) }
        whole = String(whole.drop { $0 == "0" })
        var fraction = ""
        var position = weight + 1
        while fraction.count < scale {
            fraction += position < 0 ? "0000" : try digits(position)
            position += 1
        }
        let number = (whole.isEmpty ? "0" : whole) + (scale > 0 ? "." + fraction.prefix(scale) : "")
        return sign == 0x4000 ? "-" + number : number
    }
}
