/// A type's object identifier, as in the catalogue `pg_type`.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    // Of PostgreSQL's own catalogue, the same in every database.
    @inlinable public static var bool: PostgresType { PostgresType(rawValue: 16) }
    @inlinable public static var bytea: PostgresType { PostgresType(rawValue: 17) }
    @inlinable public static var char: PostgresType { PostgresType(rawValue: 18) }
    @inlinable public static var name: PostgresType { PostgresType(rawValue: 19) }
    @inlinable public static var int8: PostgresType { PostgresType(rawValue: 20) }
    @inlinable public static var int2: PostgresType { PostgresType(rawValue: 21) }
    @inlinable public static var int4: PostgresType { PostgresType(rawValue: 23) }
    @inlinable public static var text: PostgresType { PostgresType(rawValue: 25) }
    @inlinable public static var oid: PostgresType { PostgresType(rawValue: 26) }
    @inlinable public static var json: PostgresType { PostgresType(rawValue: 114) }
    @inlinable public static var float4: PostgresType { PostgresType(rawValue: 700) }
    @inlinable public static var float8: PostgresType { PostgresType(rawValue: 701) }
    @inlinable public static var unknown: PostgresType { PostgresType(rawValue: 705) }
    @inlinable public static var bpchar: PostgresType { PostgresType(rawValue: 1042) }
    @inlinable public static var varchar: PostgresType { PostgresType(rawValue: 1043) }
    @inlinable public static var date: PostgresType { PostgresType(rawValue: 1082) }
    @inlinable public static var timestamp: PostgresType { PostgresType(rawValue: 1114) }
    @inlinable public static var timestamptz: PostgresType { PostgresType(rawValue: 1184) }
    @inlinable public static var numeric: PostgresType { PostgresType(rawValue: 1700) }
    @inlinable public static var uuid: PostgresType { PostgresType(rawValue: 2950) }
    @inlinable public static var jsonb: PostgresType { PostgresType(rawValue: 3802) }

    /// The type of one-dimensional arrays of this type; nil where the client knows none.
    var array: PostgresType? {
        switch self {
        case .bool: PostgresType(rawValue: 1000)
        case .bytea: PostgresType(rawValue: 1001)
        case .char: PostgresType(rawValue: 1002)
        case .name: PostgresType(rawValue: 1003)
        case .int2: PostgresType(rawValue: 1005)
        case .int4: PostgresType(rawValue: 1007)
        case .text: PostgresType(rawValue: 1009)
        case .bpchar: PostgresType(rawValue: 1014)
        case .varchar: PostgresType(rawValue: 1015)
        case .int8: PostgresType(rawValue: 1016)
        case .float4: PostgresType(rawValue: 1021)
        case .oid: PostgresType(rawValue: 1028)
        case .timestamp: PostgresType(rawValue: 1115)
        case .numeric: PostgresType(rawValue: 1231)
        case .json: PostgresType(rawValue: 199)
        case .float8: PostgresType(rawValue: 1022)
        case .date: PostgresType(rawValue: 1182)
        case .timestamptz: PostgresType(rawValue: 1185)
        case .uuid: PostgresType(rawValue: 2951)
        case .jsonb: PostgresType(rawValue: 3807)
        default: nil
        }
    }
}
