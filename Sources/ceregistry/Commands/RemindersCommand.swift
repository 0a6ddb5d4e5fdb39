import ArgumentParser
import Foundation
import RegistryDomain
import RegistryJobs
import RegistryStore

struct RemindersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reminders", abstract: "到期提醒 / reminders before a year is due.", subcommands: [Send.self])

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "send", abstract: "发送今天应发的提醒 / send what is due today.",
            discussion: """
                On the policy's days before a year is due (reminderDays), to whoever still has to study for it and to unit
                administrators: by e-mail (CEREGISTRY_SMTP_URL, CEREGISTRY_SMTP_FROM) and as a file for a gateway of short
                messages (CEREGISTRY_SMS_DIRECTORY). Nobody is reminded twice, whatever breaks. Exit code 1 where a reminder
                failed, or nobody knows whether it arrived.
                """)
        @Flag(help: "只统计，不发送 / count, send nothing") var dryRun = false
        @Flag(help: "JSON on standard output") var json = false
        @OptionGroup var common: Common

        func run() async throws {
            let report = try await common.withStore { store, settings in
                guard dryRun || settings.mailServer != nil || settings.gatewayFolder != nil else {
                    throw ValidationError("CEREGISTRY_SMTP_URL or CEREGISTRY_SMS_DIRECTORY is needed, or --dry-run")
                }
                let sender = ReminderSender(
                    store: store, mail: settings.mailServer.map { MailTransport.curl($0) },
                    from: settings.mailServer?.from ?? "",
                    gateway: settings.gatewayFolder.map { GatewayFile(folder: $0) },
                    publicURL: settings.console.publicURL, logger: common.logger)
                return try await sender.run(dryRun: dryRun)
            }
            if json { try Say.json(report) } else { tell(report) }
            if report.hasFailures { throw ExitCode(1) }
        }

        private func tell(_ report: ReminderReport) {
            for round in report.rounds {
                print(
                    "\(round.subjectYear)\t-\(round.daysBefore)\t\(round.channel.rawValue)\tdue \(round.due)\tsent \(round.sent)\tfailed \(round.failed)\tunclear \(round.unclear)\(round.file.map { "\t\($0)" } ?? "")"
                )
            }
            if report.rounds.isEmpty { Say.note("今天没有应发的提醒。", "nothing is due today.") }
            if report.unreachable > 0 {
                Say.note(
                    "\(report.unreachable) 名学员没有登记联系方式。", "\(report.unreachable) learners have left no address.")
            }
            if report.unclearBefore > 0 {
                Say.note(
                    "以前的 \(report.unclearBefore) 条提醒不知是否送达，不再重发。",
                    "\(report.unclearBefore) earlier reminders may or may not have arrived; they are not sent again.")
            }
        }
    }
}
