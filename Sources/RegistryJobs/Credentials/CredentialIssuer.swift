import Crypto
import Foundation
import RegistryDomain
import RegistryStore

/// Makes a printed certificate a verifiable credential (W3C VC Data Model 2.0, Open Badges 3.0) with a Data Integrity proof
/// of the suite `eddsa-jcs-2022`: a stranger needs JSON, SHA-256 and Ed25519, and no JSON-LD.
public struct CredentialIssuer: Sendable {
    private let keys: IssuerKeys

    public init(keys: IssuerKeys) { self.keys = keys }

    /// The signed credential. The same certificate, key and address make the same bytes.
    ///
    /// - Parameter publicURL: where the register is reached from outside; it names the issuer.
    public func credential(_ document: CertificateDocument, _ policies: PolicySet, publicURL: String) throws -> [UInt8]
    {
        let content = CredentialContent(document, policies, publicURL: publicURL).json
        return try signed(content, at: document.printedAt, by: IssuerIdentity.did(of: publicURL)).readable
    }

    /// `did.json`: every public key of the issuer (DID method web).
    public func didDocument(publicURL: String) -> [UInt8] {
        let did = IssuerIdentity.did(of: publicURL)
        let methods = keys.keys.map { key -> CanonicalJSON in
            [
                "id": .string("\(did)#\(key.name)"), "type": "Multikey", "controller": .string(did),
                "publicKeyMultibase": .string(key.name),
            ]
        }
        let document: CanonicalJSON = [
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": .string(did), "verificationMethod": .array(methods),
            "assertionMethod": .array(keys.keys.map { .string("\(did)#\($0.name)") }),
        ]
        return document.readable
    }

    /// Adds the proof (Data Integrity EdDSA Cryptosuites 1.0, 3.3.1 and 3.3.5), as Open Badges 3.0 has it: one of a list.
    func signed(_ content: CanonicalJSON, at instant: Date, by did: String) throws -> CanonicalJSON {
        guard case .object(var members) = content, let key = keys.keys.last else { return content }
        var proof: [String: CanonicalJSON] = [
            "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022",
            "created": .string(IssuerIdentity.utc(instant)),
            "verificationMethod": .string("\(did)#\(key.name)"), "proofPurpose": "assertionMethod",
        ]
        proof["@context"] = members["@context"]
        let hashed =
            Array(SHA256.hash(data: CanonicalJSON.object(proof).bytes)) + Array(SHA256.hash(data: content.bytes))
        proof["proofValue"] = .string(Multibase.base58(Array(try key.secret.signature(for: hashed))))
        members["proof"] = .array([.object(proof)])
        return .object(members)
    }
}

/// Who the issuer is, by where the register is reached.
enum IssuerIdentity {
    /// `https://jxjy.example.cn:8443/register` is `did:web:jxjy.example.cn%3A8443:register`.
    static func did(of publicURL: String) -> String {
        guard let parts = URLComponents(string: publicURL), let host = parts.host else { return "did:web:localhost" }
        let port = parts.port.map { "%3A\($0)" } ?? ""
        let path = parts.path.split(separator: "/").map { ":\($0)" }.joined()
        return "did:web:\(host)\(port)\(path)"
    }

    /// Whole seconds in UTC (RFC 3339), as XML Schema's dateTimeStamp takes them.
    static func utc(_ instant: Date) -> String {
        instant.formatted(Date.ISO8601FormatStyle(timeZone: TimeZone(secondsFromGMT: 0) ?? .current))
    }
}
