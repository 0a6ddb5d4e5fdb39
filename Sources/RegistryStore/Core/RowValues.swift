import Foundation
import PostgresClient
import RegistryDomain

extension Day: PostgresEncodable, PostgresDecodable {
    public static var postgresType: PostgresType { .date }

    public func encode(into buffer: inout [UInt8]) {
        PostgresDate(daysSince2000: daysSince2000).encode(into: &buffer)
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws -> Day {
        Day(daysSince2000: try PostgresDate.decode(bytes, type: type).daysSince2000)
    }
}

/// A column held a word that the domain does not know.
struct UnknownWord: Error {
    var column: String
    var word: String
}

extension Row {
    /// A column with one of the domain's words, such as a mode or a state.
    func word<Word: RawRepresentable>(_ column: String, as type: Word.Type = Word.self) throws -> Word
    where Word.RawValue == String {
        let text = try decode(column, as: String.self)
        guard let word = Word(rawValue: text) else { throw UnknownWord(column: column, word: text) }
        return word
    }

    func authority(_ column: String) throws -> Authority {
        let text = try decode(column, as: String.self)
        guard let authority = Authority(text) else { throw UnknownWord(column: column, word: text) }
        return authority
    }

    func authorityIfPresent(_ column: String) throws -> Authority? {
        try decodeIfPresent(column, as: String.self).flatMap { Authority($0) }
    }

    func json<Value: Decodable>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        try RegistryJSON.value(try decode(column, as: JSONB.self).text)
    }
}
