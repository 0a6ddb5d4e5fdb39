/// Tables as an incremental run sees them: the rows of the learners in `$2` (uuid[]) alone. A check names its tables as
/// ever; these stand in front of it (`WITH learners AS …`) and take the tables' places.
enum AuditScope {
    static let tables = """
        scope AS MATERIALIZED (SELECT unnest($2::uuid[]) AS id),
        learners AS NOT MATERIALIZED (SELECT * FROM public.learners WHERE id IN (SELECT id FROM scope)),
        learner_id_numbers AS NOT MATERIALIZED (SELECT * FROM public.learner_id_numbers WHERE learner_id IN (SELECT id FROM scope)),
        employments AS NOT MATERIALIZED (SELECT * FROM public.employments WHERE learner_id IN (SELECT id FROM scope)),
        learner_corrections AS NOT MATERIALIZED (SELECT * FROM public.learner_corrections WHERE learner_id IN (SELECT id FROM scope)),
        certificates AS NOT MATERIALIZED (SELECT * FROM public.certificates WHERE learner_id IN (SELECT id FROM scope)),
        erased_learners AS NOT MATERIALIZED (SELECT * FROM public.erased_learners WHERE learner_id IN (SELECT id FROM scope)),
        excuses AS NOT MATERIALIZED (SELECT * FROM public.excuses WHERE learner_id IN (SELECT id FROM scope)),
        completion_records AS NOT MATERIALIZED (SELECT * FROM public.completion_records WHERE learner_id IN (SELECT id FROM scope)),
        claims AS NOT MATERIALIZED (SELECT * FROM public.claims WHERE learner_id IN (SELECT id FROM scope)),
        claims_in_scope AS MATERIALIZED (SELECT id FROM public.claims WHERE learner_id IN (SELECT id FROM scope)
                                         UNION ALL SELECT id FROM scope),
        claim_routings AS NOT MATERIALIZED (SELECT * FROM public.claim_routings WHERE claim_id IN (SELECT id FROM claims_in_scope)),
        claim_events AS NOT MATERIALIZED (SELECT * FROM public.claim_events WHERE claim_id IN (SELECT id FROM claims_in_scope)),
        decisions AS NOT MATERIALIZED (SELECT * FROM public.decisions WHERE claim_id IN (SELECT id FROM claims_in_scope)),
        register_entries AS NOT MATERIALIZED (SELECT * FROM public.register_entries WHERE learner_id IN (SELECT id FROM scope)),
        reversals AS NOT MATERIALIZED (SELECT * FROM public.reversals WHERE entry_id IN (
            SELECT id FROM public.register_entries WHERE learner_id IN (SELECT id FROM scope) UNION ALL SELECT id FROM scope)),
        standing_entries AS NOT MATERIALIZED (SELECT * FROM public.standing_entries WHERE learner_id IN (SELECT id FROM scope))
        """
}
