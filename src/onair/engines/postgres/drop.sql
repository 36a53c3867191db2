-- Takes everything of the engine away. What it held is of no worth a moment later.
DROP FUNCTION IF EXISTS onair_engine_version();
DROP FUNCTION IF EXISTS onair_engine_do(text, jsonb, bytea, integer, integer, boolean);
DROP FUNCTION IF EXISTS onair_engine_connect(text);
DROP FUNCTION IF EXISTS onair_engine_publish(text, jsonb, bytea, integer, integer);
DROP FUNCTION IF EXISTS onair_engine_follow(text, jsonb, bytea, integer, integer);
DROP FUNCTION IF EXISTS onair_engine_reap(text, jsonb, bytea, integer, integer);
DROP FUNCTION IF EXISTS onair_engine_beat(text, jsonb, bytea, integer, integer);
DROP FUNCTION IF EXISTS onair_engine_state(text, text);
DROP FUNCTION IF EXISTS onair_engine_sweep(text);
DROP FUNCTION IF EXISTS onair_engine_count(text, text, text, integer, boolean, integer);
DROP FUNCTION IF EXISTS onair_engine_unfollow(text, text, text, integer, integer);
DROP FUNCTION IF EXISTS onair_engine_join(text, text, text, text, bytea, integer);
DROP FUNCTION IF EXISTS onair_engine_leave(text, text, text, text, integer);
DROP FUNCTION IF EXISTS onair_engine_open(text, text);
DROP FUNCTION IF EXISTS onair_engine_append(text, text, bytea, integer);
DROP FUNCTION IF EXISTS onair_engine_since(text, text, bigint, integer);
DROP FUNCTION IF EXISTS onair_engine_last(text, text);
DROP FUNCTION IF EXISTS onair_engine_kept(text, text);
DROP FUNCTION IF EXISTS onair_engine_keep(text, text, bytea, integer);
DROP FUNCTION IF EXISTS onair_engine_already(text, text, bigint, integer);
DROP FUNCTION IF EXISTS onair_engine_members(text, text);
DROP FUNCTION IF EXISTS onair_engine_read(text, bigint, bigint, text[], integer);
DROP FUNCTION IF EXISTS onair_engine_part(bytea, jsonb);
DROP FUNCTION IF EXISTS onair_engine_coded(bytea);
DROP TABLE IF EXISTS onair_engine_apps, onair_engine_channels, onair_engine_log, onair_engine_counts,
    onair_engine_users, onair_engine_members, onair_engine_nodes, onair_engine_kept, onair_engine_publishers,
    onair_engine_leases;
