import Testing

@testable import RegistryAPI

@Suite struct HeaderTests {
    @Test(arguments: [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-US,en;q=0.5", "en"), ("fr, en", "en"), ("fr", "zh"), ("", "zh"),
        ("EN", "en"),
    ])
    func language(_ header: String, _ expected: String) {
        #expect(RequestMiddleware.language(header).rawValue == expected)
    }

    @Test(
        arguments: [
            ([], false), (["gzip"], true), (["br, gzip"], true), (["gzip;q=0"], false), (["gzip; q=0.5"], true),
            (["*"], true),
            (["identity"], false),
        ] as [([String], Bool)])
    func gzip(_ headers: [String], _ expected: Bool) {
        #expect(MediaType.takesGzip(headers) == expected)
    }

    @Test(
        arguments: [
            (nil, false), ("application/json", false), ("*/*", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", true),
            ("application/json, text/html", false),
        ] as [(String?, Bool)])
    func page(_ header: String?, _ expected: Bool) {
        #expect(MediaType.prefersHTML(header) == expected)
    }

    @Test func essence() {
        #expect(MediaType.essence(of: "Application/JSON ; charset=utf-8") == "application/json")
        #expect(MediaType.essence(of: "application/jsonx") != "application/json")
    }

    @Test func addressesTellMethodsApart() {
        let book = AddressBook(Endpoint.all)
        #expect(book.address(of: "/api/v1/imports/learners")?.allow == "POST")
        #expect(book.address(of: "/api/v1/imports/0b0f3c7e")?.allow == "GET, HEAD")
        #expect(book.address(of: "/api/v1/claims")?.allow == "GET, HEAD, POST")
        #expect(book.address(of: "/api/v1/employers/searches")?.template == "/api/v1/employers/searches")
        #expect(book.address(of: "/api/v2") == nil)
    }
}
