import HTTPTypes
import RegistryDomain
import RegistryJobs
import RegistryStore
import TransparencyLog

extension Endpoint {
    /// The transparency log, for anybody: C2SP tlog-tiles below the prefix `/log`.
    static let log: [Endpoint] = [
        open("/log/checkpoint", "readCheckpoint") { exchange in
            guard let checkpoint = try await exchange.log().latest() else { throw Problem(.notFound, [.logEmpty]) }
            var reply = Reply.text(checkpoint.text)
            reply.headers[.cacheControl] = "public, max-age=5"
            return reply
        },
        open("/log/keys", "readLogKeys") { exchange in
            var reply = Reply.text(try await exchange.log().keys().text)
            reply.headers[.cacheControl] = "public, max-age=300"
            return reply
        },
        open("/log/tile/{path}", "readTile", readTile).takingRest(),
        open("/verify/{code}/proof", "proveCertificate") { exchange in
            let entries = try await exchange.services.store.entries(ofCertificate: exchange.context.path("code") ?? "")
            do {
                return try .json(try await exchange.log().proof(ofEntries: entries))
            } catch let mistake as LogKeeper.Mistake {
                throw Problem(.serviceUnavailable, [.logRefuses(mistake)])
            }
        },
    ]

    private static func open(_ path: String, _ operation: String, _ handler: @escaping OpenHandler) -> Endpoint {
        Endpoint(.get, path, operation, .everybody(handler), intake: .nothing)
    }

    /// What no checkpoint covers is not told: it has not been vouched for.
    @Sendable private static func readTile(_ exchange: OpenExchange) async throws -> Reply {
        let log = try exchange.log()
        let rest = exchange.context.parameters.getCatchAll().joined(separator: "/")
        guard let path = TilePath("tile/" + rest), path.isWithin(treeOf: try await log.signedSize()),
            let bytes = try await exchange.services.store.logTiles([path])[path]
        else { throw Problem(.notFound, [.tileUnknown]) }
        var reply = Reply(status: .ok, body: bytes)
        reply.headers[.contentType] = "application/octet-stream"
        reply.headers[.cacheControl] = "public, max-age=31536000, immutable"
        return reply
    }
}

extension OpenExchange {
    fileprivate func log() throws -> LogKeeper {
        guard let log = services.log else { throw Problem(.notFound, [.logNotKept]) }
        return log
    }
}

extension Reason {
    static let logNotKept = api("logNotKept", "本系统未设置透明日志。", "No transparency log is kept here.")
    static let logEmpty = api(
        "logEmpty", "透明日志尚无签名树头。", "No checkpoint of the transparency log has been signed yet.")
    static let tileUnknown = api(
        "tileUnknown", "最新签名树头之内没有这个树块。", "No such tile is below the newest checkpoint.")
    static func logRefuses(_ mistake: LogKeeper.Mistake) -> Reason {
        switch mistake {
        case .truncated, .forked:
            api(
                "logContradicted", "登记库与已公布的签名树头不一致，暂不能出具证明；请联系管理员。",
                "The register contradicts a checkpoint that was handed out; no proof is given. Tell the administrator.")
        default: api("logNotKept", "本系统未设置透明日志的签名密钥。", "No signing key of the transparency log is set up here.")
        }
    }
}
