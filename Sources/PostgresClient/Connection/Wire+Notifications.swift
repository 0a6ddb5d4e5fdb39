import CLibPQ

extension Wire {
    /// They may come at any time, also among the answers of a statement.
    func takeNotifications(from connection: OpaquePointer) {
        guard let onNotification else { return }
        _ = PQisBusy(connection)  // reads the messages that have arrived
        while let notice = PQnotifies(connection) {
            defer { PQfreemem(notice) }
            let notification = PostgresNotification(
                channel: String(cString: notice.pointee.relname), payload: String(cString: notice.pointee.extra),
                senderProcess: notice.pointee.be_pid)
            tell { onNotification(notification) }
        }
    }
}
