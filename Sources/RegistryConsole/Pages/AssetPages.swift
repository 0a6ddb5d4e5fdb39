import HTTPTypes
import RegistryDomain
import RegistryStore

extension Console {
    /// The stylesheet and the script: named by their content, so that they may be kept for good.
    static let assetPages: [ConsolePage] = Views.assetTypes.keys.sorted().map { name in
        .watching(.get, "/assets/\(name)") { visit in
            guard let asset = visit.console.views.assets[name] else { throw StoreError.notFound(.recordUnknown) }
            var answer = Answer(body: asset.bytes)
            answer.headers[.contentType] = asset.contentType
            answer.headers[.cacheControl] =
                visit.query("v") == asset.version ? "public, max-age=31536000, immutable" : "no-cache"
            return answer
        }
    }
}
