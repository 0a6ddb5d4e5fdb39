import RegistryDomain
import RegistryStore

/// What a reminder says: Chinese first, a line of English after it.
struct ReminderWords {
    var subject: String
    var text: String
    /// As a short message.
    var short: String

    /// - Parameters:
    ///   - issuer: whose register it is.
    ///   - address: where a person signs in; nil where no public address is set up.
    init(_ reminder: ReservedReminder, issuer: String, address: String?) {
        let round = reminder.round
        let left = round.daysLeft == 0 ? "今天到期" : "还有\(round.daysLeft)天"
        let place = address.map { "\n\n登录查看和申报：\($0)" } ?? ""
        let signature = "\n\n\(issuer)\n本邮件由继续教育登记系统自动发送，请勿回复。\n"
        switch reminder.candidate.recipient {
        case .learner:
            subject = "请在\(round.dueOn)前完成\(round.subjectYear)年度继续教育公需科目（\(left)）"
            text =
                "\(reminder.candidate.name)：\n\n您的\(round.subjectYear)年度继续教育公需科目\(round.courseTitle.zh)尚差\(reminder.missingHours)学时，"
                + "请在\(round.dueOn)前完成学习并申报认定（\(left)）。已经学完的，请及时申报学时。"
                + "\n\nSubject year \(round.subjectYear): \(reminder.missingHours) hours missing, due by \(round.dueOn)."
                + place + signature
            short =
                "【继续教育】\(reminder.candidate.name)：\(round.subjectYear)年度公需科目还差\(reminder.missingHours)学时，请在\(round.dueOn)前完成（\(left)）。"
        case .unitAdmin:
            subject = "\(reminder.unit)：\(reminder.behind)人尚未完成\(round.subjectYear)年度公需科目（\(left)）"
            let more = reminder.behind > reminder.names.count ? " 等\(reminder.behind)人" : ""
            text =
                "\(reminder.candidate.name)：\n\n\(reminder.unit)有\(reminder.behind)人尚未完成\(round.subjectYear)年度继续教育公需科目，"
                + "到期日\(round.dueOn)（\(left)）：\n\n\(reminder.names.joined(separator: "、"))\(more)"
                + "\n\n\(reminder.behind) of your unit have not completed subject year \(round.subjectYear), due by \(round.dueOn)."
                + place + signature
            short =
                "【继续教育】\(reminder.unit)有\(reminder.behind)人未完成\(round.subjectYear)年度公需科目，到期日\(round.dueOn)（\(left)）。"
        }
    }
}
