import Foundation
import Mustache
import RegistryDomain
import RegistryStore

/// The pages for people, from Mustache templates that escape what they are given.
public struct ConsolePages: Sendable {
    public enum Mistake: Error { case templateMissing(String) }
    private let verificationTemplate: MustacheTemplate

    /// - Throws: `Mistake.templateMissing` where the program was installed without its resources.
    public init() throws {
        guard let url = Bundle.module.url(forResource: "verify", withExtension: "mustache", subdirectory: "Resources"),
            let text = try? String(contentsOf: url, encoding: .utf8)
        else { throw Mistake.templateMissing("verify") }
        verificationTemplate = try MustacheTemplate(string: text)
    }

    /// The public check of a printed certificate; nil where nobody printed the code.
    @Sendable public func verification(_ verification: Verification?, _ code: String) -> String {
        verificationTemplate.render(VerificationModel(verification, code: code))
    }
}

/// What the page shows, in words.
private struct VerificationModel {
    struct Line {
        var year: String
        var mode: String
        var hours: String
        var recognizedOn: String
        var reversed: Bool
    }
    var code: String
    var found: Bool
    var stands: Bool
    var superseded: Bool
    var erased: Bool
    var name: String
    var printedOn: String
    var newerPrinted: Bool
    var lines: [Line]

    init(_ verification: Verification?, code: String) {
        self.code = verification?.code ?? String(code.prefix(64))
        found = verification != nil
        stands = verification?.status == .stands
        superseded = verification?.status == .superseded
        erased = verification?.status == .erased
        name = verification?.nameMasked ?? ""
        printedOn = verification?.printedOn.description ?? ""
        newerPrinted = verification?.newerPrinted ?? false
        lines = (verification?.years ?? []).map { line in
            Line(
                year: String(line.year), mode: line.mode == .online ? "网络在线学习 online" : "集中面授培训 face to face",
                hours: String(line.hours),
                recognizedOn: line.recognizedOn.description, reversed: line.reversed)
        }
    }
}
