-- Both Within Five Minutes
SELECT (SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source) AS g1,
       (ifnull((SELECT text FROM term WHERE id = e.parent_user_domain) || '\', '') || (SELECT text FROM term WHERE id = e.parent_user)) AS g2,
       e.time AS g3,
       count(*) AS a1,
       rw_values(ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown')) AS a2,
       rw_values(ifnull((SELECT text FROM term WHERE id = e.user), 'unknown')) AS a3
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND (((e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?3))) OR (e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?4)))) AND (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(text, ?5)) END) AND (e.source IN (SELECT d.id FROM source d WHERE (SELECT text FROM term WHERE id = d.computer) IS NOT NULL)) AND ((ifnull((SELECT text FROM term WHERE id = e.parent_user_domain) || '\', '') || (SELECT text FROM term WHERE id = e.parent_user)) IS NOT NULL))
GROUP BY g1, g2, g3
ORDER BY g1, g2, g3
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'i1'
-- ?4 = 'i4688'
-- ?5 = 'i*\\reg.exe'

-- subsearch
SELECT (SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source) AS g1,
       (SELECT ifnull((SELECT text FROM term WHERE id = d.user_domain) || '\', '') || (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor) AS g2,
       e.time AS g3,
       count(*) AS a1,
       rw_values(ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown')) AS a2,
       rw_values(ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown')) AS a3
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?3))) AND (e.source IN (SELECT d.id FROM source d WHERE rw_match((SELECT text FROM term WHERE id = d.event_type), ?4))) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), ?5))) AND (e.source IN (SELECT d.id FROM source d WHERE (SELECT text FROM term WHERE id = d.computer) IS NOT NULL)) AND (e.actor IN (SELECT d.id FROM actor d WHERE ifnull((SELECT text FROM term WHERE id = d.user_domain) || '\', '') || (SELECT text FROM term WHERE id = d.user) IS NOT NULL)))
GROUP BY g1, g2, g3
ORDER BY g1, g2, g3
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'i12'
-- ?4 = 'iCreateKey'
-- ?5 = 'i*\\Run'
-- Key Created
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?6) AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_path) FROM actor d WHERE d.id = e.actor), ?7) AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g7,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g8,
       ifnull(CASE typeof(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) WHEN 'integer' THEN (SELECT text FROM term WHERE id = CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) ELSE CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END END, ?8) AS g9,
       ifnull((SELECT text FROM term WHERE id = e.action), 'unknown') AS g10,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?3))) AND (e.source IN (SELECT d.id FROM source d WHERE rw_match((SELECT text FROM term WHERE id = d.event_type), ?4))) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), ?5))))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'i12'
-- ?4 = 'iCreateKey'
-- ?5 = 'i*\\Run'
-- ?6 = 'null'
-- ?7 = 'null'
-- ?8 = 'null'
-- Program Started
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       ifnull((SELECT text FROM term WHERE id = e.user), 'unknown') AS g2,
       ifnull(CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid) ELSE e.process_guid END, ?6) AS g3,
       ifnull(CASE typeof(e.process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process) ELSE e.process END, 'unknown') AS g4,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.process_path), 'unknown') AS g5,
       ifnull((SELECT text FROM term WHERE id = e.process_path), ?7) AS g6,
       ifnull((SELECT text FROM term WHERE id = e.original_file_name), 'unknown') AS g7,
       ifnull((SELECT text FROM term WHERE id = e.process_integrity_level), ?8) AS g8,
       ifnull(CASE typeof(e.parent_process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process) ELSE e.parent_process END, 'unknown') AS g9,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.parent_process_path), 'unknown') AS g10,
       ifnull((SELECT text FROM term WHERE id = e.parent_process_path), ?9) AS g11,
       ifnull(CASE typeof(e.parent_process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process_guid) ELSE e.parent_process_guid END, ?10) AS g12,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND (((e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?3))) OR (e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?4)))) AND (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(text, ?5)) END))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'i1'
-- ?4 = 'i4688'
-- ?5 = 'i*\\reg.exe'
-- ?6 = 'null'
-- ?7 = 'null'
-- ?8 = 'null'
-- ?9 = 'null'
-- ?10 = 'null'
