-- What training costs (P2): charges, receipts, refunds. Fen, never above the approved price: a charge is the session's own
-- fee, and the session's fee is held to the price.

CREATE TABLE training_charges (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    session_id  uuid NOT NULL,
    learner_id  uuid NOT NULL REFERENCES learners,
    -- Who pays: the unit, or the learner alone.
    payer       text NOT NULL CONSTRAINT payer_is_known CHECK (payer IN ('unit', 'learner')),
    employer_id uuid REFERENCES employers,
    fee_in_fen  integer NOT NULL CONSTRAINT charge_is_not_negative CHECK (fee_in_fen >= 0),
    charged_on  date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_charge_for_each_learner UNIQUE (session_id, learner_id),
    CONSTRAINT charge_is_the_sessions_fee FOREIGN KEY (session_id, fee_in_fen) REFERENCES training_sessions (id, fee_in_fen),
    CONSTRAINT a_unit_that_pays_is_named CHECK (payer = 'learner' OR employer_id IS NOT NULL),
    UNIQUE (id, session_id, fee_in_fen)
);
CREATE INDEX training_charges_by_employer ON training_charges (employer_id);
CREATE INDEX training_charges_by_learner ON training_charges (learner_id);

-- Running numbers of a year without gaps; a number is drawn in the transaction that uses it.
CREATE TABLE training_numbers (
    kind text NOT NULL CHECK (kind IN ('receipt', 'refund')),
    year integer NOT NULL,
    last integer NOT NULL CHECK (last >= 0),
    PRIMARY KEY (kind, year)
);
CREATE FUNCTION next_training_number(of_kind text, of_year integer) RETURNS integer LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    INSERT INTO training_numbers AS n (kind, year, last) VALUES (of_kind, of_year, 1)
    ON CONFLICT (kind, year) DO UPDATE SET last = n.last + 1 RETURNING last
$$;

CREATE TABLE training_receipts (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    year        integer NOT NULL,
    number      integer NOT NULL CHECK (number > 0),
    session_id  uuid NOT NULL REFERENCES training_sessions,
    employer_id uuid REFERENCES employers,
    learner_id  uuid REFERENCES learners,
    amount_in_fen bigint NOT NULL CHECK (amount_in_fen >= 0),
    received_on date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_receipt_for_each_number UNIQUE (year, number),
    CONSTRAINT a_receipt_has_one_payer CHECK ((employer_id IS NULL) <> (learner_id IS NULL)),
    UNIQUE (id, session_id)
);
CREATE TABLE training_receipt_lines (
    charge_id  uuid PRIMARY KEY,
    receipt_id uuid NOT NULL,
    session_id uuid NOT NULL,
    fee_in_fen integer NOT NULL,
    FOREIGN KEY (charge_id, session_id, fee_in_fen) REFERENCES training_charges (id, session_id, fee_in_fen),
    FOREIGN KEY (receipt_id, session_id) REFERENCES training_receipts (id, session_id)
);
CREATE INDEX training_receipt_lines_by_receipt ON training_receipt_lines (receipt_id);

CREATE FUNCTION check_receipt() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.amount_in_fen <> (SELECT coalesce(sum(fee_in_fen), 0) FROM training_receipt_lines WHERE receipt_id = NEW.id) THEN
        RAISE EXCEPTION 'the lines of a receipt come to its amount' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'a_receipt_is_its_lines', TABLE = 'training_receipts';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER a_receipt_is_its_lines AFTER INSERT ON training_receipts
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_receipt();

-- A charge that is no longer due. What had been paid for it goes back under a running number of its own.
CREATE TABLE training_refunds (
    charge_id   uuid PRIMARY KEY REFERENCES training_charges,
    year        integer,
    number      integer,
    refund_in_fen integer NOT NULL CHECK (refund_in_fen >= 0),
    reason      text NOT NULL CONSTRAINT refund_has_a_reason CHECK (btrim(reason) <> ''),
    refunded_on date NOT NULL,
    recorded_by uuid NOT NULL REFERENCES users,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT one_refund_for_each_number UNIQUE (year, number),
    CONSTRAINT what_goes_back_has_a_number CHECK ((number IS NULL) = (year IS NULL))
);
CREATE FUNCTION check_refund() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    paid integer;
BEGIN
    SELECT fee_in_fen INTO paid FROM training_receipt_lines WHERE charge_id = NEW.charge_id;
    IF (NEW.number IS NOT NULL) <> (paid IS NOT NULL) OR NEW.refund_in_fen <> coalesce(paid, 0) THEN
        RAISE EXCEPTION 'what was paid goes back, no more and no less' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'what_was_paid_goes_back', TABLE = 'training_refunds';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER refund_is_lawful BEFORE INSERT ON training_refunds FOR EACH ROW EXECUTE FUNCTION check_refund();
-- What is no longer due is not paid.
CREATE FUNCTION check_receipt_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM training_refunds WHERE charge_id = NEW.charge_id) THEN
        RAISE EXCEPTION 'this charge is no longer due' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'only_what_is_due_is_paid', TABLE = 'training_receipt_lines';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER receipt_line_is_lawful BEFORE INSERT ON training_receipt_lines FOR EACH ROW EXECUTE FUNCTION check_receipt_line();

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['training_charges', 'training_receipts', 'training_receipt_lines', 'training_refunds', 'training_numbers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ceregistry_owner USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY auditor_reads ON %I FOR SELECT TO ceregistry_auditor USING (true)', t);
        CONTINUE WHEN t = 'training_numbers';
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
            FOR EACH ROW EXECUTE FUNCTION refuse_change()', t);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %I
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', t);
    END LOOP;
END
$$;
CREATE POLICY payer_reads ON training_charges FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all()) OR (payer = 'unit' AND employer_id = (SELECT caller_employer()))
    OR EXISTS (SELECT FROM learners l WHERE l.id = learner_id));
CREATE POLICY payer_reads ON training_receipts FOR SELECT TO ceregistry_daemon USING (
    (SELECT caller_sees_all()) OR employer_id = (SELECT caller_employer()) OR learner_id = (SELECT caller_learner()));
CREATE POLICY payer_reads ON training_receipt_lines FOR SELECT TO ceregistry_daemon USING (
    EXISTS (SELECT FROM training_charges c WHERE c.id = charge_id));
CREATE POLICY payer_reads ON training_refunds FOR SELECT TO ceregistry_daemon USING (
    EXISTS (SELECT FROM training_charges c WHERE c.id = charge_id));
CREATE POLICY base_charges ON training_charges FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'baseOfficer') AND recorded_by = (SELECT caller_user()));
CREATE POLICY base_receives ON training_receipts FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'baseOfficer') AND recorded_by = (SELECT caller_user()));
CREATE POLICY base_receives ON training_receipt_lines FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'baseOfficer'));
CREATE POLICY base_refunds ON training_refunds FOR INSERT TO ceregistry_daemon WITH CHECK (
    (SELECT caller_role() = 'baseOfficer') AND recorded_by = (SELECT caller_user()));
