import Foundation
import FoundationXML

/// Reads one part of a workbook as a stream of elements, names without their prefix. The text of an element comes with
/// its end.
class XMLPart: NSObject, XMLParserDelegate {
    private(set) var text = ""
    private var failure: (any Error)?
    private weak var parser: XMLParser?
    private var depth = 0
    private var hasElements = false

    /// - Throws: `FileProblem` where the part is no XML, and whatever `start` and `end` throw.
    func read(_ part: ZipPart) throws {
        let parser = XMLParser(stream: part)
        parser.shouldResolveExternalEntities = false
        parser.delegate = self
        self.parser = parser
        let isWhole = parser.parse()
        if let failure { throw failure }
        if let problem = part.problem { throw problem }
        // The parser takes the end of its stream for the end of the document, wherever that is.
        if !isWhole || depth != 0 || !hasElements {
            throw FileProblem.damaged("XML \(parser.lineNumber):\(parser.columnNumber)")
        }
    }

    func start(_ element: String, _ attributes: [String: String]) throws {}
    func end(_ element: String) throws {}

    /// The text from here on is a new value.
    final func clearText() { text = "" }

    final func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        depth += 1
        hasElements = true
        attempt { try start(Self.localName(name), attributes) }
    }

    final func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        depth -= 1
        attempt { try end(Self.localName(name)) }
    }

    final func parser(_ parser: XMLParser, foundCharacters string: String) {
        // A runaway value ends with its row; no field is longer than this.
        if text.utf8.count <= TableLimits.recordBytes { text += string }
    }

    private func attempt(_ body: () throws -> Void) {
        if failure != nil { return }
        do {
            try body()
        } catch {
            failure = error
            parser?.abortParsing()
        }
    }

    private static func localName(_ name: String) -> String {
        guard let colon = name.lastIndex(of: ":") else { return name }
        return String(name[name.index(after: colon)...])
    }
}
