import ArgumentParser
import Foundation
import RegistryDomain
import RegistryStore

extension Purpose: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument) }
}

struct EligibilityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eligibility", abstract: "能否受理 / may this person's application be accepted?",
        discussion: """
            Purposes: titlePromotion, registration, reRegistration, postPromotion, reappointment, annualExcellent.
              ceregistry eligibility --id-number 511802199001011234 --purpose titlePromotion --as clerk-city
              echo 511802199001011234 | ceregistry eligibility --id-number - --purpose annualExcellent --as-of 2019-01-15 --as clerk-city --json
            """)
    @Option(help: "the ID number, or - to read it from standard input, which keeps it out of the shell's history")
    var idNumber: String
    @Option var purpose: Purpose
    @Option(help: "the business day, such as 2018-03-01; today when left out") var asOf: Day?
    @Option(help: "the year of an annual assessment") var year: Int?
    @Flag(help: "JSON on standard output") var json = false
    @OptionGroup var common: Common
    @OptionGroup var acting: ActingUser

    func run() async throws {
        let number = idNumber == "-" ? readLine() ?? "" : idNumber
        let (answer, policies) = try await common.withStore { store, _ in
            let caller = try await acting.caller(store)
            let learner = try await store.learnerId(forIdNumber: number, as: caller)
            let question = EligibilityQuestion(purpose: purpose, asOf: asOf, assessedYear: year)
            return (try await store.eligibility(of: learner, question, as: caller), try await store.policies())
        }
        if json { return try Say.json(EligibilityDocument(answer, language: Say.language, policies: policies)) }
        print(Self.verdict(answer.outcome)(Say.language))
        for year in answer.years {
            print(
                "  \(year.year)\t\(Self.status(year.status)(Say.language))\t\(year.creditedHours)/\(year.requiredHours)"
            )
        }
        for reason in answer.reasons { print("  " + Say.reason(reason)) }
        for step in answer.nextSteps { print("  → " + step(Say.language)) }
    }

    static func verdict(_ outcome: Outcome) -> Text {
        switch outcome {
        case .accepted: Text(zh: "✔ 可以受理", en: "✔ accepted")
        case .refused: Text(zh: "✘ 不予受理", en: "✘ refused")
        case .pending: Text(zh: "… 尚未到期，暂不能下结论", en: "… pending")
        case .notApplicable: Text(zh: "— 不适用", en: "— not applicable")
        }
    }

    static func status(_ status: YearStatus) -> Text {
        switch status {
        case .complete: Text(zh: "已完成", en: "complete")
        case .inProgress: Text(zh: "进行中", en: "in progress")
        case .incomplete: Text(zh: "未完成", en: "incomplete")
        case .excused: Text(zh: "已免除", en: "excused")
        case .notOwed: Text(zh: "无任务", en: "not owed")
        }
    }
}
