import Foundation
import RegistryDomain

/// Who asks: a named person with a role, and with what that role needs to know its rows by.
///
/// Row-level security gets these values for each transaction (`sql/0007_row_security.sql`).
public struct Caller: Sendable, Equatable {
    public var userId: UUID
    public var username: String
    /// The person's name: decisions and entries name a person, never a system.
    public var personName: String
    public var role: Role
    /// For officers and clerks; nil for everybody else.
    public var authority: Authority?
    /// The unit of a unit administrator.
    public var employerId: UUID?
    /// The learner's own record; officers may have one too, and may not decide on it.
    public var learnerId: UUID?
    /// The HTTP request, for the access log; nil on the command line.
    public var requestId: String?
    /// Signed in with a password that somebody else set: nothing is allowed but choosing another (A2).
    public var hasOneTimePassword = false

    public init(
        userId: UUID, username: String, personName: String, role: Role, authority: Authority? = nil,
        employerId: UUID? = nil, learnerId: UUID? = nil, requestId: String? = nil
    ) {
        self.userId = userId
        self.username = username
        self.personName = personName
        self.role = role
        self.authority = authority
        self.employerId = employerId
        self.learnerId = learnerId
        self.requestId = requestId
    }
}
