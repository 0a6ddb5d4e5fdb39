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
        "one_plan_for_each_unit_and_year": .planExists,
        "plan_state_follows": .planAnswered,
        "training_session_code_is_taken": .sessionCodeTaken,
        "one_session_in_a_room": .roomTaken,
        "one_session_for_a_teacher": .teacherTaken,
        "one_training_at_a_time": .learnerElsewhere,
        "session_state_follows": .sessionClosed,
        "one_place_for_each_learner": .calledAlready,
        "one_learner_for_each_rank": .calledAlready,
        "no_more_are_called_than_places": .noPlaceLeft,
        "answer_to_an_open_call": .callClosed,
        "who_waits_has_no_place": .waiting,
        "one_sign_in_for_each_half_day": .signedInAlready,
        "training_attendance_pkey": .signedInAlready,
        "a_record_is_corrected_once": .correctedAlready,
        "a_mark_is_corrected_once": .correctedAlready,
        "one_mark_for_each_attempt": .attemptOutOfTurn,
        "an_attempt_follows_a_failed_one": .attemptOutOfTurn,
        "the_mark_that_counts_is_corrected": .correctedAlready,
        "recognized_attendance_stays": .recognizedStays,
        "recognized_assessment_stays": .recognizedStays,
        "one_charge_for_each_learner": .nothingToCharge,
        "training_receipt_lines_pkey": .nothingDue,
        "only_what_is_due_is_paid": .nothingDue,
        "training_refunds_pkey": .refundedAlready,
        "erased_person_is_closed": .personErased,
        "erased_learners_pkey": .personErased,
        "erased_without_an_open_claim": .erasureClaimOpen,
        "erased_without_an_open_call": .erasureCallOpen,
        "erased_without_an_office": .erasureHoldsOffice,
    ]

    private static let refusals: [String: Reason] = [
        "decider_is_of_the_authority": .outsideJurisdiction,
        "decided_by_the_routed_authority": .outsideJurisdiction,
        "nobody_decides_their_own_claim": .ownClaim,
        "the_base_answers_plans": .outsideJurisdiction,
        "reversed_by_its_authority_or_the_city": .notTheMaker,
    ]

    private static let mistakes: [String: Reason] = [
        "every_flag_is_answered": .flagUnanswered,
        "a_refusal_says_why": .reasonMissing,
        "reversal_has_a_reason": .reasonMissing,
        "half_day_lies_in_the_window": .outsideWindow,
        "fee_is_within_the_approved_price": .feeAboveApprovedPrice,
        "price_was_approved": .feeAboveApprovedPrice,
        "who_cannot_come_says_why": .whoCannotComeSaysWhy,
        "who_attends_was_called": .notCalled,
        "who_is_assessed_was_called": .notCalled,
        "attendance_is_seen_on_its_day": .seenAnotherDay,
        "assessed_after_the_start": .assessedTooEarly,
        "hours_follow_from_attendance": .hoursFollowFromAttendance,
        "role_has_its_authority": .roleAndAuthority,
        "authority_is_known_in_form": .roleAndAuthority,
        "unit_administrator_has_a_unit": .roleAndUnit,
        "learner_user_has_a_learner": .roleAndLearner,
        "username_is_plain": .usernameNotPlain,
        "user_is_a_named_person": .personUnnamed,
        "erasure_says_nothing_of_the_person": .erasureNamesPerson,
    ]
}
