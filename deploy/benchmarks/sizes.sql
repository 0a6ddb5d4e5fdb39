-- Where the bytes of a register lie: psql -d ceregistry -f deploy/benchmarks/sizes.sql, after VACUUM ANALYZE. A partitioned table counts
-- with its partitions.
WITH tables AS (
    SELECT c.relname AS name, sum(greatest(p.reltuples, 0)) FILTER (WHERE p.relkind = 'r') AS rows,
           sum(pg_table_size(p.oid)) AS bytes, sum(pg_indexes_size(p.oid)) AS indexes
    FROM pg_class c CROSS JOIN LATERAL (
        SELECT t.* FROM pg_partition_tree(c.oid) r JOIN pg_class t ON t.oid = r.relid UNION SELECT c.*) p
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY c.oid, c.relname
), people AS (
    SELECT count(*) AS learners FROM learners
)
SELECT name AS "table", rows::bigint, round((rows / learners)::numeric, 3) AS "rows/learner", bytes AS "table bytes", indexes AS "index bytes",
       round(((bytes + indexes) / nullif(rows, 0))::numeric) AS "bytes/row", round(((bytes + indexes) / learners)::numeric, 1) AS "bytes/learner",
       round(((bytes + indexes) / sum(bytes + indexes) OVER ())::numeric * 100, 1) AS "percent"
FROM tables, people WHERE rows > 0
UNION ALL
SELECT '(all)', NULL, NULL, sum(bytes), sum(indexes), NULL, round((sum(bytes + indexes) / min(learners))::numeric, 1), 100 FROM tables, people
ORDER BY "percent" DESC, "table";
