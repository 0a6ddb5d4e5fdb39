import RegistryDomain

/// What it means when a named constraint of `sql/` refuses a row.
enum ConstraintMeaning {
    static func of(_ constraint: String) -> StoreError? {
        if let reason = conflicts[constraint] { return .conflict(reason, entry: nil, claim: nil) }
        if let reason = refusals[constraint] { return .forbidden(reason) }
        if let reason = mistakes[constraint] { return .invalid([reason]) }
        return nil
    }

    private static let conflicts: [String: Reason] = [
        "one_completing_recognition_stands": .yearComplete(nil),
        "one_standing_entry_for_each_record": .recordUsed,
        "one_standing_entry_for_each_session": .sessionUsed,
        "one_standing_entry_for_each_paper": .paperUsed,
        "one_open_online_claim_for_each_year": .claimOpen,
        "one_open_claim_for_each_session": .claimOpen,
        "decision_on_an_open_claim": .claimDecided,
        "reversals_pkey": .alreadyReversed,
        "merge_reversals_pkey": .alreadyReversed,
        "excuse_revocations_pkey": .alreadyReversed,
        "employers_credit_code_key": .employerExists,
        "learners_id_number_key": .learnerExists,
        "learner_id_numbers_pkey": .learnerExists,
        "one_employer_at_a_time": .employmentsOverlap,
        "completion_records_record_number_key": .recordOfAnother,
        "users_username_key": .usernameTaken,
        "a_finding_is_acknowledged_once": .findingAcknowledged,
        "bulletin_publications_pkey": .bulletinNumberTaken,
        "a_merge_loses_no_entry": .mergeLosesEntries,
        "erased_person_is_closed": .personErased,
        "erased_learners_pkey": .personErased,
        "erased_without_an_open_claim": .erasureClaimOpen,
        "erased_without_an_office": .erasureHoldsOffice,
    ]

    private static let refusals: [String: Reason] = [
        "decider_is_of_the_authority": .outsideJurisdiction,
        "decided_by_the_routed_authority": .outsideJurisdiction,
        "nobody_decides_their_own_claim": .ownClaim,
        "reversed_by_its_authority_or_the_city": .notTheMaker,
    ]

    private static let mistakes: [String: Reason] = [
        "every_flag_is_answered": .flagUnanswered,
        "a_refusal_says_why": .reasonMissing,
        "reversal_has_a_reason": .reasonMissing,
        "erasure_says_nothing_of_the_person": .erasureNamesPerson,
    ]
}
