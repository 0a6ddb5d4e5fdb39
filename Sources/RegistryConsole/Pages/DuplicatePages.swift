import Foundation
import HTTPTypes
import RegistryDomain
import RegistryStore

private struct DuplicatesModel {
    var pairs: [PairModel]
    var isEmpty: Bool
    var count: String
    var merges: [ChangeModel.Merge]
    var hasMerges: Bool
    var done: String?
}

private struct MergeReversalModel {
    var id: String
    var line: String
    var document: String
    var entries: String
    var reversed: String?
    var isOpen: Bool
    var kept: String
    var reason: String
    var messages: [String]
}

extension Console {
    /// One person entered twice, or two who look alike.
    static let duplicatePages: [ConsolePage] = [
        .get("/duplicates") { visit in try await visit.duplicates() },
        .get("/duplicates/{first}/{second}") { visit in try await visit.comparison() },
        .post("/duplicates/{first}/{second}/merge") { visit in try await visit.merge() },
        .post("/duplicates/{first}/{second}/apart") { visit in try await visit.keepApart() },
        .get("/merges/{id}/reversal") { visit in try await visit.mergeReversal() },
        .post("/merges/{id}/reversal") { visit in try await visit.reverseMerge() },
    ]
}

extension Visit {
    private static let mostPairs = 200

    fileprivate func duplicates() async throws -> Answer {
        let caller = try caller
        let pairs = try await store.duplicatePairs(limit: Self.mostPairs + 1, as: caller)
        let merges = try await store.merges(limit: 20, as: caller)
        let isMore = pairs.count > Self.mostPairs
        let model = DuplicatesModel(
            pairs: pairs.prefix(Self.mostPairs).map { PairModel($0, words) }, isEmpty: pairs.isEmpty,
            count: words(isMore ? "pairsMore" : "pairsCount", ["count": "\(min(pairs.count, Self.mostPairs))"]),
            merges: merges.map { ChangeModel.Merge($0, words) }, hasMerges: !merges.isEmpty,
            done: query("done").flatMap { ["merged", "apart", "unmerged"].contains($0) ? words("done_\($0)") : nil })
        return await page("duplicates", title: words("duplicatesTitle"), model)
    }

    fileprivate func comparison(messages: [String] = [], status: HTTPResponse.Status = .ok) async throws -> Answer {
        let pair = try await store.compareLearners(id("first"), id("second"), as: try caller)
        let model = ComparisonModel(pair, form: form, messages: messages, try await store.policies(), words)
        return await page("comparison", title: words("comparisonTitle"), model, status)
    }

    /// What the officer saw of both, by record.
    private func versionsSeen() throws -> [UUID: Int] {
        let seen = form.group("version.").compactMap { key, value in
            UUID(uuidString: key).flatMap { id in Int(value).map { (id, $0) } }
        }
        return Dictionary(seen, uniquingKeysWith: { first, _ in first })
    }

    fileprivate func merge() async throws -> Answer {
        let (first, second) = (try id("first"), try id("second"))
        guard let kept = form["kept"].flatMap({ UUID(uuidString: $0) }), [first, second].contains(kept) else {
            return try await comparison(messages: [words("keepWhich")], status: .unprocessableContent)
        }
        do {
            _ = try await store.mergeLearners(
                kept: kept,
                LearnerMerge(
                    from: kept == first ? second : first, reason: form["reason"] ?? "",
                    document: form["document"] ?? "",
                    versions: try versionsSeen()), as: try caller)
        } catch let error as StoreError {
            return try await comparison(of: error)
        }
        return .seeOther("/learners/\(kept.uuidString.lowercased())/changes?done=merged")
    }

    fileprivate func keepApart() async throws -> Answer {
        do {
            try await store.keepApart(
                id("first"), id("second"), reason: form["apartReason"] ?? "", versions: try versionsSeen(),
                as: try caller)
        } catch let error as StoreError {
            return try await comparison(of: error)
        }
        return .seeOther("/duplicates?done=apart")
    }

    /// The refusal beside what was typed; where the two can no longer be compared, on a page of its own.
    private func comparison(of error: StoreError) async throws -> Answer {
        if case .stale = error {
            return try await comparison(messages: [words("comparisonMoved")], status: .conflict)
        }
        do {
            return try await comparison(
                messages: ConsoleProblem.messages(of: error, words), status: ConsoleProblem.status(of: error))
        } catch is StoreError {
            throw error
        }
    }

    fileprivate func mergeReversal(messages: [String] = []) async throws -> Answer {
        guard let merge = try await store.merges(id: id(), limit: 1, as: try caller).first else {
            throw StoreError.notFound(.recordUnknown)
        }
        let line = ChangeModel.Merge(merge, words)
        let model = MergeReversalModel(
            id: line.id, line: line.text, document: merge.document, entries: "\(merge.entries)",
            reversed: line.reversed,
            isOpen: line.mayReverse, kept: merge.kept.uuidString.lowercased(), reason: form["reason"] ?? "",
            messages: messages)
        return await page(
            "merge-reversal", title: words("mergeReversalTitle"), model, messages.isEmpty ? .ok : .unprocessableContent)
    }

    fileprivate func reverseMerge() async throws -> Answer {
        do {
            let merge = try await store.reverseMerge(id: id(), reason: form["reason"] ?? "", as: try caller)
            return .seeOther("/learners/\(merge.kept.uuidString.lowercased())/changes?done=unmerged")
        } catch let error as StoreError {
            return try await mergeReversal(messages: ConsoleProblem.messages(of: error, words))
        }
    }
}
