/// One reason of a refusal, sayable at a counter.
public struct Reason: Codable, Hashable, Sendable {
    /// The rule of DOMAIN.md it rests on; nil where no rule speaks, such as a record that is not there.
    public var rule: RuleID?
    /// Stable, camelCase.
    public var code: String
    public var message: Text
    public var subjectYear: Int?
    /// The field of the request, as the client named it.
    public var field: String?
    public var found: String?
    public var expected: String?

    public init(
        rule: RuleID?, code: String, message: Text, subjectYear: Int? = nil, field: String? = nil, found: String? = nil,
        expected: String? = nil
    ) {
        self.rule = rule
        self.code = code
        self.message = message
        self.subjectYear = subjectYear
        self.field = field
        self.found = found
        self.expected = expected
    }
}
