import Testing

@testable import TransparencyLog

/// C2SP signed-note, with the keys and notes of the specification and of golang.org/x/mod/sumdb/note.
@Suite struct NoteTests {
    static let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let peterSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let peterNote = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

        """
    static let example = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    static let exampleNote = """
        This is an example message.

        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """

    @Test func `the notes of others verify, and no byte of them may change`() throws {
        for (key, note) in [(Self.peter, Self.peterNote), (Self.example, Self.exampleNote)] {
            let verifier = try #require(VerifierKey(key))
            #expect(verifier.description == key)
            let bytes = Array(note.utf8)
            let read = try SignedNote(bytes: bytes)
            #expect(read.bytes == bytes)
            #expect(try read.verify([verifier]) == [verifier])
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= 1
                #expect(throws: SignedNote.Mistake.self) { try SignedNote(bytes: changed).verify([verifier]) }
            }
            for length in bytes.indices {
                #expect(throws: SignedNote.Mistake.self) {
                    try SignedNote(bytes: Array(bytes.prefix(length))).verify([verifier])
                }
            }
        }
    }

    /// Ed25519 is deterministic (RFC 8032).
    @Test func `what we sign with another's key is what they signed`() throws {
        let key = try #require(SigningKey(secretText: Self.peterSecret))
        #expect(key.verifier.description == Self.peter)
        #expect(key.secretText == Self.peterSecret)
        let signed = try SignedNote(bytes: Array(Self.peterNote.utf8))
        var note = try #require(SignedNote(text: signed.text))
        try key.sign(&note, at: 0)
        #expect(note.description == Self.peterNote)
    }

    @Test func `a key is read whole or not at all`() {
        let key = Array(Self.peter)
        for start in key.indices {
            for end in start..<key.count where (start, end) != (0, key.count) {
                #expect(VerifierKey(String(key[start..<end])) == nil)
            }
        }
        #expect(VerifierKey("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") == nil)
        #expect(VerifierKey(Self.peter.replacing("c74f20a3", with: "C74F20A3")) == nil)
        #expect(SigningKey(newWithName: "a b", kind: .note) == nil)
        #expect(SigningKey(newWithName: "a+b", kind: .note) == nil)
        #expect(SigningKey(newWithName: "", kind: .note) == nil)
    }

    @Test func `a signature by somebody unknown is ignored, one in a known name that fails is not`() throws {
        let (a, b) = (
            try #require(SigningKey(newWithName: "a", kind: .note)),
            try #require(SigningKey(newWithName: "b", kind: .note))
        )
        var note = try #require(SignedNote(text: "text\n\nmore\n"))
        try a.sign(&note, at: 0)
        try b.sign(&note, at: 0)
        let read = try SignedNote(bytes: note.bytes)
        #expect(read.text == "text\n\nmore\n")
        #expect(try read.verify([b.verifier]) == [b.verifier])
        #expect(throws: SignedNote.Mistake.unknownKeys) { try read.verify([]) }
        var forged = try #require(SignedNote(text: "other\n", signatures: note.signatures))
        #expect(throws: SignedNote.Mistake.forged(name: "a")) { try forged.verify([a.verifier]) }
        let stranger = try #require(SigningKey(newWithName: "c", kind: .note))
        forged = try #require(SignedNote(text: "other\n", signatures: note.signatures))
        try stranger.sign(&forged, at: 0)
        #expect(throws: SignedNote.Mistake.forged(name: "b")) { try forged.verify([stranger.verifier, b.verifier]) }
        #expect(SignedNote(text: "no newline") == nil)
        #expect(SignedNote(text: "a\tb\n") == nil)
    }
}

/// C2SP tlog-checkpoint, tlog-cosignature and tlog-proof.
@Suite struct CheckpointTests {
    static let text = """
        example.com/behind-the-sofa
        20852163
        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

        """

    @Test func `the specification's checkpoint is read and written`() throws {
        let checkpoint = try #require(Checkpoint(text: Self.text))
        #expect(checkpoint.origin == "example.com/behind-the-sofa" && checkpoint.size == 20_852_163)
        #expect(checkpoint.text == Self.text)
        #expect(Checkpoint(text: Self.text + "an extension\n") == checkpoint)
        let wrong = [
            "", "a\n1\n", Self.text.replacing("20852163", with: "020852163"),
            Self.text.replacing("20852163", with: "-1"),
            Self.text.replacing("q2I=", with: "q2I"), Self.text + "\n",
            Self.text.replacing("example", with: "\nexample"),
            Self.text.replacing("20852163", with: "18446744073709551616"), String(Self.text.dropLast()),
        ]
        for text in wrong { #expect(Checkpoint(text: text) == nil, "\(text)") }
        let empty = Checkpoint(origin: "o", size: 0, root: .ofNothing)
        #expect(Checkpoint(text: empty.text) == empty)
    }

    @Test func `a witness signs the checkpoint with a time, in the form of the specification`() throws {
        let log = try #require(SigningKey(newWithName: "example.com/behind-the-sofa", kind: .note))
        let witness = try #require(SigningKey(newWithName: "witness.example.com/w1", kind: .cosignature))
        let checkpoint = try #require(Checkpoint(text: Self.text))
        var signed = try SignedCheckpoint(checkpoint, signedBy: [log], at: 0)
        try signed.sign(by: witness, at: 1_679_315_147)
        let cosignature = try #require(signed.note.signatures.last)
        #expect(cosignature.bytes.count == 72)
        #expect(Array(cosignature.bytes.prefix(8)) == [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB])
        #expect(
            String(decoding: Cosignature.message(Self.text, at: 1_679_315_147), as: UTF8.self)
                == "cosignature/v1\ntime 1679315147\n" + Self.text)
        let keys = KeyHistory([.init(from: 0, key: log.verifier)])
        #expect(try signed.verify(log: keys, witnesses: [witness.verifier]) == [log.verifier, witness.verifier])
        // A cosignature alone is not the log's word.
        let alone = try SignedCheckpoint(checkpoint, signedBy: [witness], at: 5)
        #expect(throws: SignedCheckpoint.Mistake.unsigned) {
            try alone.verify(log: keys, witnesses: [witness.verifier])
        }
        var altered = cosignature
        altered.bytes[7] ^= 1
        var changed = try SignedCheckpoint(checkpoint, signedBy: [log], at: 0)
        changed.add(altered)
        #expect(throws: SignedNote.Mistake.forged(name: witness.verifier.name)) {
            try changed.verify(log: keys, witnesses: [witness.verifier])
        }
    }

    @Test func `an old key signs nothing beyond the size at which the next began`() throws {
        let (old, new) = (
            try #require(SigningKey(newWithName: "log", kind: .note)),
            try #require(SigningKey(newWithName: "log", kind: .note))
        )
        var keys = KeyHistory([.init(from: 0, key: old.verifier)])
        keys.add(new.verifier, from: 100)
        #expect(try KeyHistory(text: "# keys\n\n" + keys.text) == keys)
        func verify(_ size: UInt64, _ signers: [SigningKey], _ origin: String = "log") throws {
            let checkpoint = Checkpoint(origin: origin, size: size, root: .ofNothing)
            try SignedCheckpoint(checkpoint, signedBy: signers, at: 0).verify(log: keys)
        }
        try verify(99, [old])
        try verify(100, [old])
        try verify(100, [new])
        try verify(100, [old, new])
        try verify(101, [new])
        #expect(throws: SignedNote.Mistake.unknownKeys) { try verify(101, [old]) }
        #expect(throws: SignedNote.Mistake.unknownKeys) { try verify(99, [new]) }
        #expect(throws: SignedNote.Mistake.unknownKeys) { try verify(101, [new], "another") }
        #expect(throws: KeyHistory.Mistake.self) { try KeyHistory(text: "nonsense\n") }
        #expect(throws: KeyHistory.Mistake.self) { try KeyHistory(text: keys.text + "5 \(old.verifier)\n") }
    }

    @Test func `a proof on paper is read back and checked off line`() async throws {
        let log = MemoryLog(300)
        let key = try #require(SigningKey(newWithName: "log", kind: .note))
        let keys = KeyHistory([.init(from: 0, key: key.verifier)])
        let checkpoint = try SignedCheckpoint(
            Checkpoint(origin: "log", size: 300, root: log.root(0..<300)), signedBy: [key], at: 0)
        let leaf = Array("leaf 77".utf8)
        let proof = InclusionProof(
            index: 77, hashes: try await log.tree().inclusion(of: 77), checkpoint: checkpoint, extra: leaf)
        #expect(proof.text.hasPrefix("c2sp.org/tlog-proof@v1\nextra bGVhZiA3Nw==\nindex 77\n"))
        let read = try InclusionProof(text: proof.text)
        #expect(read == proof)
        try read.verify(leaf: leaf, log: keys)
        #expect(throws: InclusionProof.Mistake.notIncluded) { try read.verify(leaf: leaf + [0], log: keys) }
        var moved = read
        moved.index = 78
        #expect(throws: InclusionProof.Mistake.notIncluded) { try moved.verify(leaf: leaf, log: keys) }
        #expect(throws: SignedNote.Mistake.unknownKeys) { try read.verify(leaf: leaf, log: KeyHistory()) }
        for text in [
            proof.text.replacing("@v1", with: "@v2"), proof.text.replacing("index 77", with: "index 077"), "", "x",
        ] {
            #expect(throws: InclusionProof.Mistake.malformed) { try InclusionProof(text: text) }
        }
    }
}
