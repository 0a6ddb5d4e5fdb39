-- What came after 0013_erasure.sql: nothing is recorded about an erased person there either; and the acts by which plans and
-- sessions change are found on the access log (seals.sql).

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['notices', 'training_plan_learners', 'training_invitations', 'training_attendance', 'training_assessments',
                             'training_charges', 'contacts', 'reminders'] LOOP
        EXECUTE format('CREATE TRIGGER erased_person_is_closed AFTER INSERT ON %I
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased()', t);
    END LOOP;
END
$$;

CREATE INDEX access_log_of_training ON access_log (record_id, recorded_at)
    WHERE action IN ('scheduleTraining', 'planTraining', 'answerPlan');
