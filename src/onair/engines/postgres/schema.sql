-- What server processes share, in tables that are not logged: after a crash they are empty, and the next life
-- has another epoch. Everything is done by onair_engine_do(), one call for all that is asked in one turn.
--
-- The calls of an app take turns (an advisory lock that ends with the transaction), so numbers are given in
-- the order of the commits, and who reads "what comes after" finds no holes.
--
-- A transaction elsewhere that lasts for hours keeps every former version of a row that changes, and reading
-- the row would walk along all of them. So what changes with each event is written once and deleted once, and
-- is found from the end of an index, where what is new comes before all that is gone.

CREATE UNLOGGED TABLE onair_engine_apps (
    app text COLLATE "C" PRIMARY KEY,
    epoch text NOT NULL,
    swept timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

-- A log that there is, until when if nobody follows.
CREATE UNLOGGED TABLE onair_engine_channels (
    app text COLLATE "C",
    channel text COLLATE "C",
    expires timestamptz,
    PRIMARY KEY (app, channel)
) WITH (fillfactor = 70);
CREATE INDEX onair_engine_channels_expires ON onair_engine_channels (app, expires) WHERE expires IS NOT NULL;

-- `place` counts the entries of a log.
CREATE UNLOGGED TABLE onair_engine_log (
    app text COLLATE "C",
    channel text COLLATE "C",
    number bigint GENERATED ALWAYS AS IDENTITY,
    previous bigint NOT NULL,
    place bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (app, channel, number)
) WITH (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0, toast.autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE onair_engine_log ALTER COLUMN body SET STORAGE EXTERNAL;
-- For reading what is new on all channels. It is not on the number itself: no plan for one channel's last
-- entry may walk along it.
CREATE INDEX onair_engine_log_new ON onair_engine_log (app, (number + 0));

CREATE UNLOGGED TABLE onair_engine_counts (
    app text COLLATE "C",
    channel text COLLATE "C",
    node text COLLATE "C",
    count integer NOT NULL,
    PRIMARY KEY (app, channel, node)
) WITH (fillfactor = 70);
CREATE INDEX onair_engine_counts_node ON onair_engine_counts (app, node);

CREATE UNLOGGED TABLE onair_engine_users (
    app text COLLATE "C",
    channel text COLLATE "C",
    user_id text COLLATE "C",
    info bytea,
    arrived bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (app, channel, user_id)
);

CREATE UNLOGGED TABLE onair_engine_members (
    app text COLLATE "C",
    channel text COLLATE "C",
    user_id text COLLATE "C",
    node text COLLATE "C",
    PRIMARY KEY (app, channel, user_id, node)
);
CREATE INDEX onair_engine_members_node ON onair_engine_members (app, node, channel);

CREATE UNLOGGED TABLE onair_engine_nodes (
    app text COLLATE "C",
    node text COLLATE "C",
    beats bigint NOT NULL,
    info bytea,
    PRIMARY KEY (app, node)
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE onair_engine_kept (
    app text COLLATE "C",
    channel text COLLATE "C",
    number bigint GENERATED ALWAYS AS IDENTITY,
    body bytea NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (app, channel, number)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
ALTER TABLE onair_engine_kept ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE UNLOGGED TABLE onair_engine_publishers (
    app text COLLATE "C",
    publisher text COLLATE "C",
    number bigint,
    seen timestamptz NOT NULL,
    PRIMARY KEY (app, publisher, number)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

CREATE UNLOGGED TABLE onair_engine_leases (
    app text COLLATE "C",
    name text COLLATE "C",
    node text COLLATE "C" NOT NULL,
    expires timestamptz NOT NULL,
    PRIMARY KEY (app, name)
) WITH (fillfactor = 50);

-- Which form of all this is here.
CREATE FUNCTION onair_engine_version() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';

-- Bytes of the call: [the first one, counted from 1, how many], or null.
CREATE FUNCTION onair_engine_part(p_bytes bytea, p_where jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT substring(p_bytes FROM (p_where ->> 0)::integer FOR (p_where ->> 1)::integer)
$$;

-- Bytes in a reply.
CREATE FUNCTION onair_engine_coded(p_bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(p_bytes, 'base64')
$$;

-- The epoch of an app, which begins here if it must.
CREATE FUNCTION onair_engine_connect(p_app text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_epoch text;
BEGIN
    SELECT epoch INTO v_epoch FROM onair_engine_apps WHERE app = p_app;
    IF NOT FOUND THEN
        INSERT INTO onair_engine_apps (app, epoch) VALUES (p_app, gen_random_uuid()::text)
        ON CONFLICT (app) DO NOTHING;
        SELECT epoch INTO v_epoch FROM onair_engine_apps WHERE app = p_app;
    END IF;
    RETURN v_epoch;
END $$;

CREATE FUNCTION onair_engine_last(p_app text, p_channel text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT number FROM onair_engine_log WHERE app = p_app AND channel = p_channel ORDER BY number DESC LIMIT 1
$$;

-- Write to a log, and return the entry's number; NULL where there is no log. One that has grown by an eighth
-- over what is kept loses what is too much: one deletion follows many entries.
CREATE FUNCTION onair_engine_append(p_app text, p_channel text, p_body bytea, p_entries integer)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_last record;
    v_number bigint;
    v_floor bigint;
    v_place bigint;
    v_step integer := p_entries / 8 + 1;
BEGIN
    PERFORM FROM onair_engine_channels
    WHERE app = p_app AND channel = p_channel AND (expires IS NULL OR expires > clock_timestamp());
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT number, place INTO v_last FROM onair_engine_log
    WHERE app = p_app AND channel = p_channel ORDER BY number DESC LIMIT 1;
    v_place := v_last.place + 1;
    INSERT INTO onair_engine_log (app, channel, previous, place, body)
    VALUES (p_app, p_channel, v_last.number, v_place, p_body) RETURNING number INTO v_number;
    PERFORM set_config('onair_engine.wrote', 'yes', true);

    IF v_place % v_step = 0 AND v_place > p_entries + 1 THEN
        -- The entry before those that are kept stays: who has read so far knows all that came.
        SELECT number INTO v_floor FROM onair_engine_log
        WHERE app = p_app AND channel = p_channel ORDER BY number DESC OFFSET p_entries LIMIT 1;
        DELETE FROM onair_engine_log WHERE app = p_app AND channel = p_channel AND number = ANY (ARRAY(
            SELECT number FROM onair_engine_log WHERE app = p_app AND channel = p_channel AND number < v_floor
            ORDER BY number DESC LIMIT least(v_step, v_place - p_entries - 1)
        ));
    END IF;
    RETURN v_number;
END $$;

-- Have a log for a channel; one whose time is over begins anew.
CREATE FUNCTION onair_engine_open(p_app text, p_channel text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_expires timestamptz;
BEGIN
    SELECT expires INTO v_expires FROM onair_engine_channels WHERE app = p_app AND channel = p_channel;
    IF FOUND THEN
        IF v_expires IS NULL THEN
            RETURN;
        END IF;
        IF v_expires > clock_timestamp() THEN
            UPDATE onair_engine_channels SET expires = NULL WHERE app = p_app AND channel = p_channel;
            RETURN;
        END IF;
        DELETE FROM onair_engine_log WHERE app = p_app AND channel = p_channel;
        DELETE FROM onair_engine_channels WHERE app = p_app AND channel = p_channel;
    END IF;
    INSERT INTO onair_engine_log (app, channel, previous, place, body) VALUES (p_app, p_channel, 0, 1, 'o');
    INSERT INTO onair_engine_channels (app, channel) VALUES (p_app, p_channel);
    PERFORM set_config('onair_engine.wrote', 'yes', true);
END $$;

-- The entries after a number, each as [number, previous, body]; NULL where not all of them are known.
CREATE FUNCTION onair_engine_since(p_app text, p_channel text, p_after bigint, p_entries integer)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_last bigint;
    v_place bigint := 0;
BEGIN
    PERFORM FROM onair_engine_channels
    WHERE app = p_app AND channel = p_channel AND (expires IS NULL OR expires > clock_timestamp());
    IF NOT FOUND OR p_after IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT place INTO v_last FROM onair_engine_log
    WHERE app = p_app AND channel = p_channel ORDER BY number DESC LIMIT 1;
    IF p_after > 0 THEN
        SELECT place INTO v_place FROM onair_engine_log
        WHERE app = p_app AND channel = p_channel AND number = p_after;
    END IF;
    IF v_place IS NULL OR v_last - v_place > p_entries THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT coalesce(
            jsonb_agg(jsonb_build_array(number, previous, onair_engine_coded(body)) ORDER BY number), '[]'
        )
        FROM onair_engine_log WHERE app = p_app AND channel = p_channel AND number > p_after
    );
END $$;

CREATE FUNCTION onair_engine_kept(p_app text, p_channel text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(onair_engine_coded(body), extract(epoch FROM until - clock_timestamp()))
    FROM (
        SELECT body, until FROM onair_engine_kept WHERE app = p_app AND channel = p_channel
        ORDER BY number DESC LIMIT 1
    ) latest WHERE until > clock_timestamp()
$$;

-- Keep a body as the last event of a channel.
CREATE FUNCTION onair_engine_keep(p_app text, p_channel text, p_body bytea, p_seconds integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_number bigint;
BEGIN
    SELECT number INTO v_number FROM onair_engine_kept WHERE app = p_app AND channel = p_channel
    ORDER BY number DESC LIMIT 1;
    INSERT INTO onair_engine_kept (app, channel, body, until)
    VALUES (p_app, p_channel, p_body, clock_timestamp() + make_interval(secs => p_seconds));
    IF v_number IS NOT NULL THEN
        DELETE FROM onair_engine_kept WHERE app = p_app AND channel = p_channel AND number = v_number;
    END IF;
END $$;

-- A publisher has so many entries to append after those that it counts: return how many of them it has
-- appended already.
CREATE FUNCTION onair_engine_already(p_app text, p_publisher text, p_number bigint, p_many integer)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_known bigint;
BEGIN
    SELECT number INTO v_known FROM onair_engine_publishers WHERE app = p_app AND publisher = p_publisher
    ORDER BY number DESC LIMIT 1;
    IF v_known >= p_number + p_many THEN
        UPDATE onair_engine_publishers SET seen = clock_timestamp()
        WHERE app = p_app AND publisher = p_publisher AND number = v_known
        AND seen < clock_timestamp() - interval '1 min';
        RETURN p_many;
    END IF;
    INSERT INTO onair_engine_publishers (app, publisher, number, seen)
    VALUES (p_app, p_publisher, p_number + p_many, clock_timestamp());
    IF v_known IS NOT NULL THEN
        DELETE FROM onair_engine_publishers
        WHERE app = p_app AND publisher = p_publisher AND number = v_known;
    END IF;
    RETURN greatest(v_known - p_number, 0);
END $$;

CREATE FUNCTION onair_engine_members(p_app text, p_channel text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(user_id, onair_engine_coded(info)) ORDER BY arrived), '[]')
    FROM onair_engine_users WHERE app = p_app AND channel = p_channel
$$;

-- Whether the user was nowhere on the channel. Its node need not follow.
CREATE FUNCTION onair_engine_join(
    p_app text, p_channel text, p_node text, p_user_id text, p_info bytea, p_entries integer
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO onair_engine_nodes (app, node, beats) VALUES (p_app, p_node, 0) ON CONFLICT DO NOTHING;
    INSERT INTO onair_engine_members (app, channel, user_id, node)
    VALUES (p_app, p_channel, p_user_id, p_node) ON CONFLICT DO NOTHING;
    INSERT INTO onair_engine_users (app, channel, user_id, info)
    VALUES (p_app, p_channel, p_user_id, p_info) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM onair_engine_append(
        p_app, p_channel, 'a' || convert_to(p_user_id, 'UTF8') || '\x00' || coalesce(p_info, ''), p_entries
    );
    RETURN true;
END $$;

-- Whether the user is nowhere on the channel from now on, and was.
CREATE FUNCTION onair_engine_leave(
    p_app text, p_channel text, p_node text, p_user_id text, p_entries integer
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM onair_engine_members
    WHERE app = p_app AND channel = p_channel AND user_id = p_user_id AND node = p_node;
    IF NOT FOUND OR EXISTS (
        SELECT FROM onair_engine_members WHERE app = p_app AND channel = p_channel AND user_id = p_user_id
    ) THEN
        RETURN false;
    END IF;
    DELETE FROM onair_engine_users WHERE app = p_app AND channel = p_channel AND user_id = p_user_id;
    PERFORM onair_engine_append(p_app, p_channel, 'r' || convert_to(p_user_id, 'UTF8'), p_entries);
    RETURN true;
END $$;

-- What it changes: [occupied, vacated, added, removed].
CREATE FUNCTION onair_engine_unfollow(
    p_app text, p_channel text, p_node text, p_entries integer, p_seconds integer
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_user_id text;
    v_removed text[] := '{}';
    v_vacated boolean := false;
BEGIN
    FOR v_user_id IN
        SELECT user_id FROM onair_engine_members WHERE app = p_app AND node = p_node AND channel = p_channel
        ORDER BY user_id
    LOOP
        IF onair_engine_leave(p_app, p_channel, p_node, v_user_id, p_entries) THEN
            v_removed := v_removed || v_user_id;
        END IF;
    END LOOP;
    DELETE FROM onair_engine_counts WHERE app = p_app AND channel = p_channel AND node = p_node;
    IF FOUND AND NOT EXISTS (SELECT FROM onair_engine_counts WHERE app = p_app AND channel = p_channel) THEN
        v_vacated := true;
        UPDATE onair_engine_channels SET expires = clock_timestamp() + make_interval(secs => p_seconds)
        WHERE app = p_app AND channel = p_channel;
    END IF;
    RETURN jsonb_build_array(false, v_vacated, '[]'::jsonb, to_jsonb(v_removed));
END $$;

-- {"node", "channel", "count", "members": [[user_id, where its info is]], "after"}
CREATE FUNCTION onair_engine_follow(
    p_app text, p_op jsonb, p_bytes bytea, p_entries integer, p_seconds integer
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_channel text := p_op ->> 'channel';
    v_node text := p_op ->> 'node';
    v_occupied boolean;
    v_user_id text;
    v_info bytea;
    v_added text[] := '{}';
    v_removed text[] := '{}';
BEGIN
    -- A node that has never beaten can be reaped too.
    INSERT INTO onair_engine_nodes (app, node, beats) VALUES (p_app, v_node, 0) ON CONFLICT DO NOTHING;
    PERFORM onair_engine_open(p_app, v_channel);
    v_occupied := NOT EXISTS (SELECT FROM onair_engine_counts WHERE app = p_app AND channel = v_channel);
    INSERT INTO onair_engine_counts (app, channel, node, count)
    VALUES (p_app, v_channel, v_node, (p_op ->> 'count')::integer)
    ON CONFLICT (app, channel, node) DO UPDATE SET count = excluded.count;
    FOR v_user_id IN
        SELECT user_id FROM onair_engine_members WHERE app = p_app AND node = v_node AND channel = v_channel
        AND user_id NOT IN (SELECT member ->> 0 FROM jsonb_array_elements(p_op -> 'members') member)
        ORDER BY user_id
    LOOP
        IF onair_engine_leave(p_app, v_channel, v_node, v_user_id, p_entries) THEN
            v_removed := v_removed || v_user_id;
        END IF;
    END LOOP;
    FOR v_user_id, v_info IN
        SELECT member ->> 0, onair_engine_part(p_bytes, member -> 1)
        FROM jsonb_array_elements(p_op -> 'members') WITH ORDINALITY AS given(member, place) ORDER BY place
    LOOP
        IF onair_engine_join(p_app, v_channel, v_node, v_user_id, v_info, p_entries) THEN
            v_added := v_added || v_user_id;
        END IF;
    END LOOP;
    RETURN jsonb_build_object(
        'number', onair_engine_last(p_app, v_channel),
        'entries', onair_engine_since(p_app, v_channel, (p_op ->> 'after')::bigint, p_entries),
        'members', onair_engine_members(p_app, v_channel),
        'kept', onair_engine_kept(p_app, v_channel),
        'count', (SELECT sum(count) FROM onair_engine_counts WHERE app = p_app AND channel = v_channel),
        'changes', jsonb_build_array(v_occupied, false, to_jsonb(v_added), to_jsonb(v_removed))
    );
END $$;

CREATE FUNCTION onair_engine_count(
    p_app text, p_channel text, p_node text, p_count integer, p_tell boolean, p_entries integer
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_all bigint;
    v_follows boolean;
BEGIN
    UPDATE onair_engine_counts SET count = p_count
    WHERE app = p_app AND channel = p_channel AND node = p_node;
    v_follows := FOUND;
    SELECT coalesce(sum(count), 0) INTO v_all
    FROM onair_engine_counts WHERE app = p_app AND channel = p_channel;
    IF v_follows AND p_tell THEN
        PERFORM onair_engine_append(p_app, p_channel, 'c' || convert_to(v_all::text, 'UTF8'), p_entries);
    END IF;
    RETURN v_all;
END $$;

-- {"publisher", "number", "appends": [[channel, where the body is, keep]]}
CREATE FUNCTION onair_engine_publish(
    p_app text, p_op jsonb, p_bytes bytea, p_entries integer, p_seconds integer
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_append jsonb;
    v_body bytea;
    v_done bigint := 0;
    v_place bigint := 0;
BEGIN
    IF p_op ->> 'publisher' <> '' THEN
        v_done := onair_engine_already(
            p_app, p_op ->> 'publisher', (p_op ->> 'number')::bigint, jsonb_array_length(p_op -> 'appends')
        );
    END IF;
    FOR v_append IN SELECT jsonb_array_elements(p_op -> 'appends') LOOP
        v_place := v_place + 1;
        CONTINUE WHEN v_place <= v_done;
        v_body := onair_engine_part(p_bytes, v_append -> 1);
        PERFORM onair_engine_append(p_app, v_append ->> 0, v_body, p_entries);
        IF (v_append ->> 2)::integer > 0 THEN
            PERFORM onair_engine_keep(p_app, v_append ->> 0, v_body, (v_append ->> 2)::integer);
        END IF;
    END LOOP;
END $$;

-- {"node", "info": where it is}: [whether it was known, {node: beats}]
CREATE FUNCTION onair_engine_beat(
    p_app text, p_op jsonb, p_bytes bytea, p_entries integer, p_seconds integer
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_info bytea := onair_engine_part(p_bytes, p_op -> 'info');
    v_beats bigint;
BEGIN
    INSERT INTO onair_engine_nodes AS known (app, node, beats, info) VALUES (p_app, p_op ->> 'node', 1, v_info)
    ON CONFLICT (app, node) DO UPDATE SET beats = known.beats + 1, info = excluded.info
    RETURNING beats INTO v_beats;
    RETURN jsonb_build_array(
        v_beats > 1, (SELECT jsonb_object_agg(node, beats) FROM onair_engine_nodes WHERE app = p_app)
    );
END $$;

-- {"node"}: {channel: what it changes there}
CREATE FUNCTION onair_engine_reap(
    p_app text, p_op jsonb, p_bytes bytea, p_entries integer, p_seconds integer
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    v_node text := p_op ->> 'node';
    v_channel text;
    v_changes jsonb;
    v_all jsonb := '{}';
BEGIN
    DELETE FROM onair_engine_nodes WHERE app = p_app AND node = v_node;
    DELETE FROM onair_engine_leases WHERE app = p_app AND node = v_node;
    FOR v_channel IN
        SELECT channel FROM onair_engine_counts WHERE app = p_app AND node = v_node
        UNION SELECT channel FROM onair_engine_members WHERE app = p_app AND node = v_node ORDER BY channel
    LOOP
        v_changes := onair_engine_unfollow(p_app, v_channel, v_node, p_entries, p_seconds);
        IF v_changes <> '[false, false, [], []]' THEN
            v_all := v_all || jsonb_build_object(v_channel, v_changes);
        END IF;
    END LOOP;
    RETURN v_all;
END $$;

CREATE FUNCTION onair_engine_state(p_app text, p_channel text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        (SELECT coalesce(sum(count), 0) FROM onair_engine_counts WHERE app = p_app AND channel = p_channel),
        (SELECT count(*) FROM onair_engine_users WHERE app = p_app AND channel = p_channel),
        onair_engine_kept(p_app, p_channel)
    )
$$;

-- Delete what is over, some of it at a time; whether there is more. However many ask, it is done every ten
-- seconds.
CREATE FUNCTION onair_engine_sweep(p_app text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_channel text;
    v_rows integer;
    v_all integer := 0;
BEGIN
    PERFORM FROM onair_engine_apps WHERE app = p_app AND swept < clock_timestamp() - interval '10 s';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR v_channel IN
        SELECT channel FROM onair_engine_channels WHERE app = p_app AND expires <= clock_timestamp()
        ORDER BY expires
    LOOP
        DELETE FROM onair_engine_log WHERE app = p_app AND channel = v_channel;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        DELETE FROM onair_engine_channels WHERE app = p_app AND channel = v_channel;
        v_all := v_all + v_rows + 1;
        IF v_all > 2000 THEN
            RETURN true;
        END IF;
    END LOOP;
    DELETE FROM onair_engine_kept WHERE app = p_app AND until <= clock_timestamp();
    DELETE FROM onair_engine_publishers WHERE app = p_app AND seen < clock_timestamp() - interval '1 hour';
    DELETE FROM onair_engine_leases WHERE app = p_app AND expires <= clock_timestamp();
    UPDATE onair_engine_apps SET swept = clock_timestamp() WHERE app = p_app;
    RETURN false;
END $$;

-- Do some things in their order, all or none of them: {"wrote": whether any log has new entries, "replies"}.
--   p_ops      each {"op": its name, …}
--   p_bytes    the bytes that they speak of
--   p_entries  how many entries of a log are kept
--   p_seconds  how long a log is kept that nobody follows
--   p_notify   whether readers are to be woken for what is written
-- Only an index in its order finds the last row of many that are gone; whatever statistics say, plans use it.
CREATE FUNCTION onair_engine_do(
    p_app text, p_ops jsonb, p_bytes bytea, p_entries integer, p_seconds integer, p_notify boolean
) RETURNS jsonb LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
    v_op jsonb;
    v_channel text;
    v_node text;
    v_reply jsonb;
    v_replies jsonb[] := '{}';
    v_wrote boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'onair_engine_do() needs the isolation level READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended(p_app, 7239123));

    FOR v_op IN SELECT jsonb_array_elements(p_ops) LOOP
        v_channel := v_op ->> 'channel';
        v_node := v_op ->> 'node';
        v_reply := NULL;
        CASE v_op ->> 'op'
        WHEN 'publish' THEN
            PERFORM onair_engine_publish(p_app, v_op, p_bytes, p_entries, p_seconds);
        WHEN 'follow' THEN
            v_reply := onair_engine_follow(p_app, v_op, p_bytes, p_entries, p_seconds);
        WHEN 'unfollow' THEN
            v_reply := onair_engine_unfollow(p_app, v_channel, v_node, p_entries, p_seconds);
        WHEN 'count' THEN
            v_reply := to_jsonb(onair_engine_count(
                p_app, v_channel, v_node, (v_op ->> 'count')::integer, (v_op ->> 'tell')::boolean, p_entries
            ));
        WHEN 'join' THEN
            v_reply := to_jsonb(onair_engine_join(
                p_app, v_channel, v_node, v_op ->> 'user_id', onair_engine_part(p_bytes, v_op -> 'info'),
                p_entries
            ));
            v_reply := jsonb_build_array(coalesce(onair_engine_last(p_app, v_channel), 0), v_reply);
        WHEN 'leave' THEN
            v_reply := to_jsonb(onair_engine_leave(p_app, v_channel, v_node, v_op ->> 'user_id', p_entries));
        WHEN 'since' THEN
            v_reply := onair_engine_since(p_app, v_channel, (v_op ->> 'after')::bigint, p_entries);
        WHEN 'beat' THEN
            v_reply := onair_engine_beat(p_app, v_op, p_bytes, p_entries, p_seconds);
        WHEN 'reap' THEN
            v_reply := onair_engine_reap(p_app, v_op, p_bytes, p_entries, p_seconds);
        WHEN 'lease' THEN
            INSERT INTO onair_engine_leases (app, name, node, expires)
            VALUES (
                p_app, v_op ->> 'name', v_node,
                clock_timestamp() + make_interval(secs => (v_op ->> 'seconds')::integer)
            )
            ON CONFLICT (app, name) DO UPDATE SET node = excluded.node, expires = excluded.expires
            WHERE onair_engine_leases.node = excluded.node
            OR onair_engine_leases.expires <= clock_timestamp();
            v_reply := to_jsonb(FOUND);
        WHEN 'nodes' THEN
            SELECT coalesce(jsonb_object_agg(node, onair_engine_coded(info)), '{}') INTO v_reply
            FROM onair_engine_nodes WHERE app = p_app AND info IS NOT NULL;
        WHEN 'occupied' THEN
            SELECT coalesce(jsonb_agg(channel ORDER BY channel), '[]') INTO v_reply FROM (
                SELECT DISTINCT channel FROM onair_engine_counts
                WHERE app = p_app AND channel >= (v_op ->> 'prefix')
                AND channel < (v_op ->> 'prefix') || chr(127)
            ) found;
        WHEN 'states' THEN
            SELECT coalesce(jsonb_agg(onair_engine_state(p_app, channel) ORDER BY place), '[]') INTO v_reply
            FROM jsonb_array_elements_text(v_op -> 'channels') WITH ORDINALITY AS given(channel, place);
        WHEN 'members' THEN
            v_reply := onair_engine_members(p_app, v_channel);
        WHEN 'sweep' THEN
            v_reply := to_jsonb(onair_engine_sweep(p_app));
        END CASE;
        v_replies := v_replies || coalesce(v_reply, 'null');
    END LOOP;

    v_wrote := current_setting('onair_engine.wrote', true) = 'yes';
    IF v_wrote AND p_notify THEN
        PERFORM pg_notify('onair_engine', p_app);
    END IF;
    RETURN jsonb_build_object('wrote', coalesce(v_wrote, false), 'replies', to_jsonb(v_replies));
END $$;

-- What came on some channels after a number and until another one. The first row tells how far this has
-- looked, in `number`, and the app's epoch, in `channel`.
CREATE FUNCTION onair_engine_read(
    p_app text, p_after bigint, p_until bigint, p_channels text[], p_most integer
)
RETURNS TABLE (channel text, number bigint, previous bigint, body bytea) LANGUAGE sql STABLE AS $$
    WITH fresh AS MATERIALIZED (
        SELECT l.channel, l.number, l.previous, l.body FROM onair_engine_log l
        WHERE l.app = p_app AND l.number + 0 > p_after AND l.number + 0 <= p_until
        ORDER BY l.number + 0 LIMIT p_most
    )
    (
        SELECT (SELECT a.epoch FROM onair_engine_apps a WHERE a.app = p_app),
        (SELECT max(f.number) FROM fresh f), (SELECT count(*) FROM fresh f), NULL::bytea
    ) UNION ALL (
        SELECT f.channel, f.number, f.previous, f.body FROM fresh f WHERE f.channel = ANY(p_channels)
        ORDER BY f.number
    )
$$;
