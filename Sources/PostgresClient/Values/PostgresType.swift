/// A type's object identifier, as in the catalogue `pg_type`.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let bool = PostgresType(rawValue: 16)
    public static let bytea = PostgresType(rawValue: 17)
    public static let char = PostgresType(rawValue: 18)
    public static let name = PostgresType(rawValue: 19)
    public static let int8 = PostgresType(rawValue: 20)
    public static let int2 = PostgresType(rawValue: 21)
    public static let int4 = PostgresType(rawValue: 23)
    public static let text = PostgresType(rawValue: 25)
    public static let oid = PostgresType(rawValue: 26)
    public static let json = PostgresType(rawValue: 114)
    public static let float4 = PostgresType(rawValue: 700)
    public static let float8 = PostgresType(rawValue: 701)
    public static let unknown = PostgresType(rawValue: 705)
    public static let bpchar = PostgresType(rawValue: 1042)
    public static let varchar = PostgresType(rawValue: 1043)
    public static let date = PostgresType(rawValue: 1082)
    public static let timestamp = PostgresType(rawValue: 1114)
    public static let timestamptz = PostgresType(rawValue: 1184)
    public static let numeric = PostgresType(rawValue: 1700)
    public static let uuid = PostgresType(rawValue: 2950)
    public static let jsonb = PostgresType(rawValue: 3802)

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
