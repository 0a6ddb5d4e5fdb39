/// The base's training as a notice has it, beside the window and the days of each subject year (F1 to F3, P2).
public struct TrainingTerms: Codable, Sendable, Equatable {
    /// What the price bureau approved. No session is scheduled without one.
    public var approvedPrices: [ApprovedPrice]
    /// The mark, of 100, from which an assessment is passed.
    public var passMark: Int
    /// Days that a unit has to answer a call where the base names no day.
    public var answerDays: Int
    /// Minutes before a half-day begins from which people sign in; it ends with the half-day.
    public var signInOpensMinutes: Int
    /// How long one code on the screen lasts; the one before it is still taken.
    public var signInCodeSeconds: Int

    public init(
        approvedPrices: [ApprovedPrice], passMark: Int, answerDays: Int, signInOpensMinutes: Int, signInCodeSeconds: Int
    ) {
        self.approvedPrices = approvedPrices
        self.passMark = passMark
        self.answerDays = answerDays
        self.signInOpensMinutes = signInOpensMinutes
        self.signInCodeSeconds = signInCodeSeconds
    }

    /// 物价局核定的收费标准, for one person and hour.
    public struct ApprovedPrice: Codable, Sendable, Equatable {
        /// The number of the approval.
        public var document: String
        public var fenPerHour: Int
        public var from: Day
        /// Its last day; nil while it lasts.
        public var until: Day?

        public init(document: String, fenPerHour: Int, from: Day, until: Day? = nil) {
            self.document = document
            self.fenPerHour = fenPerHour
            self.from = from
            self.until = until
        }

        public func holds(on day: Day) -> Bool { from <= day && (until.map { day <= $0 } ?? true) }
    }
}

extension Policy {
    func validateTraining() -> [PolicyMistake] {
        guard let training else { return [] }
        var mistakes: [PolicyMistake] = []
        func expect(_ holds: Bool, _ field: String, _ zh: String, _ en: String) {
            if !holds { mistakes.append(PolicyMistake("training.\(field)", zh, en)) }
        }
        for (index, price) in training.approvedPrices.enumerated() {
            let path = "approvedPrices[\(index)]"
            expect(price.fenPerHour >= 0, "\(path).fenPerHour", "收费标准不能为负 (P2)", "a price cannot be negative (P2)")
            expect(
                !price.document.allSatisfy(\.isWhitespace), "\(path).document", "缺少物价局文件编号 (P2)",
                "the approval's number is missing (P2)")
            expect(price.until.map { $0 >= price.from } ?? true, "\(path).until", "起止日期颠倒", "it ends before it begins")
            expect(
                !training.approvedPrices[..<index].contains { $0.document == price.document }, "\(path).document",
                "文件编号重复", "the approval occurs twice")
        }
        expect(
            (1...100).contains(training.passMark), "passMark", "合格分应为 1 至 100", "a pass mark from 1 to 100 is needed")
        expect((1...60).contains(training.answerDays), "answerDays", "应为 1 至 60 天", "1 to 60 days are needed")
        expect(
            (0...240).contains(training.signInOpensMinutes), "signInOpensMinutes", "应为 0 至 240 分钟",
            "0 to 240 minutes are needed")
        expect(
            (5...120).contains(training.signInCodeSeconds), "signInCodeSeconds", "应为 5 至 120 秒",
            "5 to 120 seconds are needed")
        return mistakes
    }
}
