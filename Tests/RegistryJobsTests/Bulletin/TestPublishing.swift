import Foundation
import Logging
import RegistryDomain
import RegistryJobs

@testable import RegistryStore

extension TestRegistry {
    /// Publishes without WeasyPrint; the page is only what the pages' own module makes of it elsewhere.
    var publisher: BulletinPublisher { publisher(store) }

    func publisher(_ store: RegistryStore) -> BulletinPublisher {
        BulletinPublisher(
            store: store, reader: store, page: { "<p>\($0.number) \($0.bulletin.years.map(\.total))</p>" },
            printer: PDFPrinter(program: "/nowhere/weasyprint"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The same register on another business day.
    func store(on day: String) throws -> RegistryStore {
        let start = RegistryJSON.instant("\(day)T09:00:00+08:00") ?? Date()
        return RegistryStore(
            configuration: StoreConfiguration(databaseURL: url, maximumConnections: 4, waitDeadline: .seconds(60)),
            clock: FixedClock(start),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
