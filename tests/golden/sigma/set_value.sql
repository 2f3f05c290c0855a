-- Value Set Outside The Program Folders
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?12) AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_path) FROM actor d WHERE d.id = e.actor), ?13) AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g7,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g8,
       ifnull(CASE typeof(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) WHEN 'integer' THEN (SELECT text FROM term WHERE id = CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) ELSE CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END END, ?14) AS g9,
       ifnull((SELECT text FROM term WHERE id = e.action), 'unknown') AS g10,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND (((e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?3))) OR ((e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?4))) AND (e.source IN (SELECT d.id FROM source d WHERE rw_match((SELECT text FROM term WHERE id = d.event_type), ?5))))) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), ?6))) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), ?7))) AND ((CASE typeof(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) WHEN 'null' THEN 0 WHEN 'integer' THEN CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END IN (SELECT id FROM term WHERE rw_match(text, ?8)) ELSE ifnull(rw_match(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END, ?8), 0) END) OR (CASE typeof(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) WHEN 'null' THEN 0 WHEN 'integer' THEN CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END IN (SELECT id FROM term WHERE rw_match(text, ?9)) ELSE ifnull(rw_match(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END, ?9), 0) END) OR (NOT ((CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END IS NOT NULL) AND (NOT (CASE typeof(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) WHEN 'null' THEN 0 WHEN 'integer' THEN CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END IN (SELECT id FROM term WHERE rw_match(text, ?10)) ELSE ifnull(rw_match(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END, ?10), 0) END))))) AND (NOT (e.actor IN (SELECT d.id FROM actor d WHERE rw_match((SELECT text FROM term WHERE id = d.process_path), ?11)))))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'i13'
-- ?4 = 'i4657'
-- ?5 = 'iSetValue'
-- ?6 = 'i*\\Software\\*'
-- ?7 = 'i*Autorun*'
-- ?8 = 'iDWORD (0x00000001)'
-- ?9 = 'i(Empty)'
-- ?10 = 'i-'
-- ?11 = 'iC:\\Program Files\\*'
-- ?12 = 'null'
-- ?13 = 'null'
-- ?14 = 'null'
