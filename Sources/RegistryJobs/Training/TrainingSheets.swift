import Foundation
import RegistryDomain
import RegistryStore

/// A session's lists as spreadsheets. The list of people goes out and comes back: ticked in the columns of half-days and
/// marked in the last one, while the network at the site was away.
public enum TrainingSheets {
    static let rank = "序号"
    static let mark = "考核成绩"
    static let present = "到"

    static func column(of half: HalfDayRecord) -> String {
        "\(half.number) \(half.day) \(part(half.part)) \(half.hours)学时"
    }

    private static func part(_ part: TrainingSessionRules.Part) -> String {
        switch part {
        case .morning: "上午"
        case .afternoon: "下午"
        case .evening: "晚上"
        }
    }

    private static func state(_ state: InvitationState) -> String {
        switch state {
        case .waiting: "候补"
        case .called: "已调训"
        case .confirmed: "确认参加"
        case .declined: "不能参加"
        case .released: "班次取消"
        }
    }

    private static func fee(_ state: FeeState) -> String {
        switch state {
        case .none: "未通知"
        case .due: "应收"
        case .paid: "已收"
        case .refunded: "已退或取消"
        }
    }

    /// Everybody on the list, in its order.
    public static func list(of session: TrainingSessionRecord, _ people: [ParticipantRecord]) -> SheetFile {
        SheetFile(
            title: session.code,
            columns: [rank, "姓名", "证件号码", "单位", "状态"] + session.halfDays.map(column) + ["学时", mark, "费用"],
            rows: people.map { person in
                let cells: [SheetFile.Cell] =
                    [
                        .number(person.rank), .text(person.name), .text(person.idNumberMasked),
                        .text(person.employerName ?? ""), .text(state(person.state)),
                    ] + session.halfDays.map { .text(person.attended.contains($0.number) ? present : "") }
                return cells + [
                    .number(person.attendedHours), person.mark.map { .number($0) } ?? .text(""),
                    .text(fee(person.feeState)),
                ]
            })
    }

    /// What is due and what was paid, unit by unit, with the sum.
    public static func fees(of session: TrainingSessionRecord, _ fees: TrainingFees) -> SheetFile {
        func yuan(_ fen: Int) -> SheetFile.Cell {
            .text("\(fen / 100).\(fen % 100 < 10 ? "0" : "")\(fen % 100)")
        }
        let rows: [[SheetFile.Cell]] = fees.charges.map { charge in
            [
                .text(charge.employerName ?? ""), .text(charge.learnerName),
                .text(charge.payer == .unit ? "单位" : "个人"), yuan(charge.feeInFen), .text(fee(charge.state)),
                .text(charge.receipt ?? ""), .text(charge.refund ?? ""),
            ]
        }
        let sums: [[SheetFile.Cell]] = [
            [.text("合计"), .text(""), .text(""), yuan(fees.chargedInFen), .text(""), .text(""), .text("")],
            [.text("已收"), .text(""), .text(""), yuan(fees.paidInFen), .text(""), .text(""), .text("")],
            [.text("已退"), .text(""), .text(""), yuan(fees.refundedInFen), .text(""), .text(""), .text("")],
            [.text("应收"), .text(""), .text(""), yuan(fees.dueInFen), .text(""), .text(""), .text("")],
        ]
        return SheetFile(
            title: "\(session.code) 费用", columns: ["单位", "姓名", "付款方", "金额（元）", "状态", "收据号", "退费号"], rows: rows + sums)
    }
}
