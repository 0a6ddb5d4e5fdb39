import RegistryDomain

/// What to do about a finding, said to the person who reads the audit.
enum AuditRemedy {
    static func of(_ check: String) -> Text { texts[check] ?? look }

    /// Every check that has a remedy of its own; a test holds the list to the checks.
    static var known: Set<String> { Set(texts.keys) }

    private static let look = Text(zh: "请核对该记录及其依据。", en: "Look at the record and what it rests on.")

    static let spoilt = Text(
        zh: "有人绕过系统改坏了记录：查明是谁，从备份恢复该记录，再作全面核查。",
        en: "A record was spoilt past the program: find out by whom, restore it from a backup, then audit everything.")
    private static let tampered = Text(
        zh: "系统不会写出这样的记录，说明有人绕过了系统：保留现场，对照备份和校验点查明改动，再从备份恢复。",
        en: """
            The program cannot have written this: somebody went past it. Keep the evidence, compare with a backup and the \
            checkpoints, and restore from the backup.
            """)
    private static let reverse = Text(
        zh: "核对材料；确属有误的，由认定机构或市人社局撤销该登记（Q8），学员凭正确材料重新申请。",
        en: """
            Compare with the evidence. Where it is wrong, the authority that recognized it or the city bureau reverses the \
            entry (Q8), and the learner claims again.
            """)
    private static let askDecider = Text(
        zh: "向作出认定的人员和机构核实；无权作出的，由市人社局撤销相应登记（Q8），并检查该账号。",
        en:
            "Ask who decided, and the authority. Where there was no right, the city bureau reverses the entry (Q8); check the account."
    )
    private static let restoreGuard = Text(
        zh: "立即恢复该保护措施（对照 sql/ 中的迁移文件），查明停用期间的改动，再作全面核查（audit --full）。",
        en: "Put the guard back now (see the migrations in sql/), find out what changed meanwhile, and audit --full.")
    private static let rebuild = Text(
        zh: "登记本身为准：从登记和撤销记录重新生成该数据，并查明为什么会不一致。",
        en: "The ledger is right: make the derived row again from entries and reversals, and find out why they parted.")
    private static let askBureau = Text(
        zh: "向批准或录入的人社局核实；有误的，撤销后由有管辖权的人社局重新办理。",
        en:
            "Ask the bureau that approved or entered it. Where it is wrong, revoke it, and the right bureau does it anew."
    )
    private static let correctPerson = Text(
        zh: "对照身份证件核实，用“更正”改正，并留存证明文件。",
        en: "Check against the identity document and correct it with a correction that names its document.")

    private static let texts: [String: Text] = [
        "guardChanged": restoreGuard, "guardDisabled": restoreGuard, "guardMissing": restoreGuard,
        "policyTables": Text(
            zh: "重新载入通知文件（policy load），并查明是谁改了参数表。",
            en: "Load the notice again (policy load), and find out who changed the table of terms."),
        "sealed": tampered, "sealsLost": tampered, "constraint": tampered, "orphan": tampered, "keyTwice": tampered,
        "onlineWindow": reverse, "onlineHours": reverse, "testPassed": reverse, "studyOrder": reverse,
        "testBeforeStudy": reverse, "faceToFaceWindow": reverse, "assessment": reverse,
        "recognizedBeforeEvidence": reverse, "claimHours": reverse, "dayAhead": reverse, "yearRecognizedTwice": reverse,
        "sourceUsedTwice": reverse, "hoursPositive": reverse, "recordOfAnother": reverse,
        "evidenceAfterClaim": Text(
            zh: "向提交人核实日期；未认定的，退回更正；已认定的，撤销后重新申请。",
            en: "Ask who handed it in. A claim that is open is returned; a recognition is reversed and claimed again."),
        "evidenceDiffers": Text(
            zh: "以省平台的培训档案为准核对；未认定的，退回更正；已认定的，撤销后重新申请。",
            en: "The provincial platform's record decides. Return an open claim; reverse a recognition."),
        "route": askDecider, "decider": askDecider, "ownDecision": askDecider, "decisionRouting": askDecider,
        "recorder": askDecider, "reversal": askDecider, "flagAnswered": askDecider, "refusalWithoutReason": askDecider,
        "decisionBeforeClaim": askDecider,
        "claimRoute": Text(
            zh: "由市人社局说明理由，将申请转给应认定的机构（Q7）。", en: "The city bureau reroutes the claim, with a reason (Q7)."),
        "flagMissing": Text(
            zh: "认定前请机构说明集中面授的要求如何处理（M1、Q6）。",
            en: "Before it is decided, the authority says how the expected face-to-face study is dealt with (M1, Q6)."),
        "submitter": Text(
            zh: "核实该申请是否出于学员本人意愿；不是的，由学员撤回。",
            en: "Ask whether the learner wanted this claim; if not, it is withdrawn."),
        "claimRouting": tampered, "reroute": tampered, "entryWithoutDecision": tampered,
        "decisionWithoutEntry": tampered,
        "claimState": tampered, "claimHistory": tampered, "decisionTold": tampered, "claimEnteredTwice": tampered,
        "opening": tampered,
        "claimOpenTwice": Text(zh: "保留一件，撤回另一件。", en: "One is withdrawn, the other goes on."),
        "standing": rebuild, "completion": rebuild, "bulletinStatus": rebuild,
        "certificate": Text(
            zh: "收回该证书，为学员重新打印，并查明证书记录为何与登记不符。",
            en: "Take the certificate back, print another, and find out why it does not follow from the register."),
        "certificateOmits": Text(
            zh: "为学员重新打印证书，并查明漏印的登记是何时录入的。",
            en: "Print the certificate again, and find out when the entry that it leaves out came in."),
        "publication": Text(
            zh: "停止使用该通报，对照发布时的文件和备份查明哪些登记被改动。",
            en: "Do not rely on the bulletin; compare what was published with a backup, and find what was changed."),
        "completingEntry": rebuild, "retraction": tampered, "unlogged": tampered, "openingRemoved": tampered,
        "erased": Text(
            zh: "查明删除之后是谁写入的；由市人社局重新删除，并通知本人。",
            en: "Find out who wrote it after the erasure; the city bureau removes it and tells the person."),
        "openingBureau": askBureau, "excuseBureau": askBureau, "excuse": askBureau,
        "staleExcuse": Text(
            zh: "请批准的人社局核实后撤销该减免，或说明保留的理由。",
            en: "The bureau that approved the excuse revokes it, or says why it stays."),
        "idNumberCheckDigit": correctPerson, "idNumberLost": tampered,
        "samePersonTwice": Text(
            zh: "核实是否同一人：是的，合并两条记录；不是的，说明后保留。",
            en: "Find out whether it is one person: if so, merge the two; if not, acknowledge with the reason."),
        "merge": tampered, "employerMerge": tampered,
        "creditCodeCheckCharacter": Text(
            zh: "对照单位的登记证书核实代码，用“更正”改正。", en: "Check the employer's certificate and correct the code."),
        "employerWithoutAuthority": Text(
            zh: "更正单位的级别或行政区划，或在通知文件中补充认定机构后重新载入。",
            en: "Correct the employer's level or division, or name the authority in the notice and load it again."),
        "employmentsOverlap": Text(
            zh: "以人事档案所在单位为准（Q12），更正任职起止日期。",
            en: "The employer that holds the personnel file counts (Q12): correct the days."),
        "employedAfterClosing": Text(
            zh: "核实单位注销日期和到职日期，更正有误的一个。", en: "Check the day of closing and the day of entry; correct the wrong one."),
        "learnerWithoutEmployer": Text(
            zh: "请学员所在单位补录任职，或确认该记录是否应合并到他人名下。",
            en: "The employer enters the employment, or the record is merged into the person that it belongs to."),
        "learnerPlace": rebuild,
        "decisionLeaf": tampered, "entryLeaf": tampered, "reversalLeaf": tampered, "leafMissing": tampered,
        "erasureLeaf": tampered,
        "leafWithoutRecord": tampered, "leafHash": tampered, "leafGap": tampered, "logNode": tampered,
        "checkpoint": tampered,
        "identityUnrecorded": tampered,
        "leafWaiting": Text(
            zh: "查明为何未能写入透明日志（ceregistry log checkpoint）；记录已不存在的，按被删除处理。",
            en: "Find out why it cannot be taken in (ceregistry log checkpoint); a record that is gone was deleted."),
        "claimWaiting": Text(
            zh: "请该机构尽快认定或退回；无力办理的，由市人社局转办（Q7）。",
            en: "The authority decides or returns it now; where it cannot, the city bureau reroutes it (Q7)."),
        "authorityWithoutOfficer": Text(
            zh: "为该机构开通认定人员账号，或由市人社局转办这些申请（Q7）。",
            en: "Give the authority an officer, or the city bureau reroutes these claims (Q7)."),
        "hoursWithoutAttendance": reverse, "hoursWithoutAssessment": reverse, "entryOutsideTheList": reverse,
        "inTwoSessions": Text(
            zh: "向基地核实本人当时在哪一个班次，更正另一条签到；已登记的，先撤销（Q8）。",
            en: "Ask the base where the person was, and correct the other record; what stands is reversed first (Q8)."),
        "roomOrTeacherTwice": tampered, "sessionWindow": tampered, "drawRepeated": tampered,
        "placesOverbooked": tampered, "sessionState": tampered, "invitationState": tampered, "bookings": tampered,
        "feeAboveApproved": Text(
            zh: "停止收费，退还超出核定标准的部分，并查明核定文件或收费被谁改动。",
            en: "Stop charging, give back what is above the approval, and find out who changed the price or the fee."),
        "feesDoNotAddUp": Text(
            zh: "对照银行流水和收据存根核对该班次的每一笔，并查明记录被谁改动。",
            en:
                "Compare each payment of the session with the bank and the receipts, and find out who changed the records."
        ),
        "receiptNumbers": tampered,
    ]
}
