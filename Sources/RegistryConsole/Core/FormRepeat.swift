import Crypto
import Foundation
import RegistryStore

extension Visit {
    /// A form sent twice (a double click, a lost answer) does its work once: each rendering of a form has a key of its own.
    var once: OnceKey? {
        guard let key = form["once"], key.utf8.count <= 64 else { return nil }
        let content = request.uri.path + "\n" + form.text
        return OnceKey(key: "form " + key, fingerprint: Array(SHA256.hash(data: Data(content.utf8))))
    }

    /// A key for a form that is being rendered.
    static func freshKey() -> String { UUID().uuidString.lowercased() }
}
