import Foundation
import HTTPTypes
import Hummingbird
import Logging
import RegistryDomain
import RegistryStore

/// The pages for people: the same daemon, the same store, one road.
public struct Console: Sendable {
    let store: RegistryStore
    let city: CityClient
    /// What runs on when its page has been answered.
    let errands = Errands()
    let configuration: ConsoleConfiguration
    let files: ConsoleFiles
    let documents: ConsoleDocuments
    let views: Views
    let streams = LiveStreams()
    let logger: Logger

    /// - Parameter sheets: brings the templates and words, which printed documents and pages share.
    public init(
        store: RegistryStore, sheets: DocumentSheets, city: CityClient, configuration: ConsoleConfiguration,
        files: ConsoleFiles, documents: ConsoleDocuments, logger: Logger
    ) {
        self.store = store
        self.city = city
        self.configuration = configuration
        self.files = files
        self.documents = documents
        self.logger = logger
        views = sheets.views
    }

    /// Every address of the console.
    public static var pages: [ConsolePage] {
        assetPages + sessionPages + counterPages + queuePages + trainingPages + personPages + cityPages + deskPages
    }

    /// What a learner has, and what is printed of it.
    private static var personPages: [ConsolePage] {
        learnerPages + claimFormPages + certificatePages + noticePages + accountPages
    }

    private static var cityPages: [ConsolePage] {
        completionPages + employerPages + bulletinPages + auditPages + entryPages + userPages
            + accessLogPages + policyPages
    }

    /// What officers and units do beside the queue.
    private static var deskPages: [ConsolePage] {
        reversalPages + changePages + duplicatePages + importPages + unitPages + helpPages + livePages
    }

    public func add<Context: ConsoleContext>(to router: Router<Context>) {
        for page in Self.pages {
            router.on(RouterPath(page.routerPath), method: page.method) { request, context in
                try await answer(page, request, context).response
            }
        }
    }

    private func answer(_ page: ConsolePage, _ request: Request, _ context: some ConsoleContext) async throws -> Answer
    {
        let names = page.parameters.compactMap { name in
            context.parameters.get(name)?.removingPercentEncoding.map { (name, $0) }
        }
        var visit: Visit?
        do {
            let arrived = try await arrive(
                request, context.requestId, Dictionary(names, uniquingKeysWith: { first, _ in first }),
                isUse: page.isUse)
            visit = arrived
            if let session = arrived.session { context.note(user: session.caller.userId) }
            let token = arrived.form["formToken"] ?? request.headers[.formToken]
            // A form with a file is checked by whoever receives it, before the file is.
            if page.takesForm, !page.takesFile, !FormToken.matches(token, arrived.secret) {
                throw ConsoleError.formExpired
            }
            if arrived.session?.caller.hasOneTimePassword == true, !page.isOpenWithOneTimePassword {
                throw ConsoleError.passwordToBeChanged
            }
            return arrived.bound(try await page.handler(arrived))
        } catch {
            guard let visit else { throw error }
            return visit.bound(try await visit.answer(to: error))
        }
    }

    /// - Parameter isUse: whether this visit counts as use of the browser, so that it is not signed out for idleness.
    func arrive(
        _ request: Request, _ requestId: String, _ path: [String: String], isUse: Bool = true
    ) async throws -> Visit {
        let isSecure =
            configuration.publicURL?.hasPrefix("https:") == true || request.headers[.forwardedProto] == "https"
        let token = ConsoleCookie.session.read(request, secure: isSecure)
        var session: Visit.Session?
        if let token {
            do {
                let caller =
                    isUse
                    ? try await store.caller(
                        browserToken: token, idleLimit: configuration.idleLimit, requestId: requestId)
                    : try await store.caller(token: token, requestId: requestId)
                session = Visit.Session(caller: caller, token: token)
            } catch StoreError.unauthenticated {
                session = nil
            }
        }
        let visitSecret = ConsoleCookie.visit.read(request, secure: isSecure)
        let form = request.method == .post && !isFile(request) ? try await FormBody.read(request) : FormBody("")
        return Visit(
            console: self, request: request, requestId: requestId, path: path,
            words: views.book.words(language(request, isSecure)), isSecure: isSecure,
            secret: session?.token ?? visitSecret ?? FormToken.randomSecret(),
            isNewSecret: session == nil && visitSecret == nil, form: form, session: session)
    }

    private func isFile(_ request: Request) -> Bool {
        request.headers[.contentType].map { !$0.hasPrefix("application/x-www-form-urlencoded") } ?? false
    }

    /// Chosen once by the switch; before that what the browser prefers, Chinese first.
    private func language(_ request: Request, _ isSecure: Bool) -> Language {
        if let chosen = ConsoleCookie.language.read(request, secure: isSecure).flatMap({ Language(rawValue: $0) }) {
            return chosen
        }
        for part in (request.headers[.acceptLanguage] ?? "").lowercased().split(separator: ",") {
            let tag = part.drop { $0 == " " }
            if tag.hasPrefix("zh") { return .zh }
            if tag.hasPrefix("en") { return .en }
        }
        return .zh
    }
}

extension HTTPField.Name {
    static let formToken: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Form-Token") else { preconditionFailure("X-Form-Token is a token") }
        return name
    }()
}

extension Visit {
    /// A first-time browser gets the cookie that its forms are bound to.
    func bound(_ answer: Answer) -> Answer {
        guard isNewSecret else { return answer }
        var answer = answer
        answer.headers.append(
            HTTPField(name: .setCookie, value: ConsoleCookie.visit.header(secret, secure: isSecure)))
        return answer
    }
}
