-- What came after 0013_erasure.sql: nothing is recorded about an erased person there either; and the acts by which plans and
-- sessions change are found on the access log (seals.sql).

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['notices', 'training_plan_learners', 'training_invitations', 'training_attendance', 'training_assessments',
                             'training_charges', 'training_receipts', 'contacts', 'reminders', 'users'] LOOP
        EXECUTE format('CREATE TRIGGER erased_person_is_closed AFTER INSERT ON %I
            REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_erased()', t);
    END LOOP;
END
$$;

CREATE FUNCTION refuse_erased_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM training_invitations i JOIN erased_learners e ON e.learner_id = i.learner_id WHERE i.id = NEW.invitation_id) THEN
        RAISE EXCEPTION 'the person was erased'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'erased_person_is_closed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER erased_person_is_closed BEFORE INSERT ON training_answers FOR EACH ROW EXECUTE FUNCTION refuse_erased_answer();

CREATE FUNCTION refuse_erased_pair() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM erased_learners e WHERE e.learner_id IN (NEW.first_id, NEW.second_id)) THEN
        RAISE EXCEPTION 'the person was erased'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'erased_person_is_closed';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER erased_person_is_closed BEFORE INSERT ON kept_apart FOR EACH ROW EXECUTE FUNCTION refuse_erased_pair();

-- A reminder was on its way when the person was erased: that it failed is kept, and not why, since that says the address.
CREATE FUNCTION keep_erased_reminder() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM erased_learners e
               WHERE e.learner_id = coalesce(NEW.learner_id, (SELECT u.learner_id FROM users u WHERE u.id = NEW.user_id))) THEN
        NEW.failure := '〔已依法删除〕';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER erased_reminder_tells_nothing BEFORE UPDATE OF failure ON reminders
    FOR EACH ROW WHEN (NEW.failure IS NOT NULL) EXECUTE FUNCTION keep_erased_reminder();

CREATE INDEX access_log_of_training ON access_log (record_id, recorded_at)
    WHERE action IN ('scheduleTraining', 'planTraining', 'answerPlan');
