-- Whoever looks at a work queue sees at once what a colleague decides: NOTIFY inside the transaction that moves a claim, on
-- the channel `queue:` and the authority. It says which claims and what they came to, and nothing of a person.

-- The queues that somebody looks at, each until a moment that lies a minute ahead while somebody does. A commit with NOTIFY
-- waits its turn behind every other such commit, so nothing is said where nobody listens. Lost in a crash, and no loss.
CREATE UNLOGGED TABLE queue_watches (
    authority text PRIMARY KEY,
    watched_until timestamptz NOT NULL
);

CREATE FUNCTION tell_queues() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM queue_watches WHERE watched_until > clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    -- Up to a hundred claims by name; beyond that the number alone, and whoever listens reads the queue anew.
    PERFORM pg_notify('queue:' || authority, json_build_object('state', state, 'claims',
                      CASE WHEN count(*) <= 100 THEN json_agg(claim_id) END, 'count', count(*))::text)
    FROM (SELECT m.claim_id, m.state, c.routed_to AS authority FROM moved m JOIN claims c ON c.id = m.claim_id
          UNION ALL
          -- A claim that was rerouted leaves another queue.
          SELECT m.claim_id, 'rerouted', r.authority FROM moved m JOIN claims c ON c.id = m.claim_id
          JOIN claim_routings r ON r.claim_id = c.id AND r.routing = c.routing - 1 WHERE m.event = 'reroute') moves
    WHERE EXISTS (SELECT FROM queue_watches w WHERE w.authority = moves.authority AND w.watched_until > clock_timestamp())
    GROUP BY authority, state;
    RETURN NULL;
END
$$;
CREATE TRIGGER move_is_told AFTER INSERT ON claim_events
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION tell_queues();
