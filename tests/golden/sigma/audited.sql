-- Audited Change Or Start
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?7) AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_path) FROM actor d WHERE d.id = e.actor), ?8) AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g7,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g8,
       ifnull(CASE typeof(CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) WHEN 'integer' THEN (SELECT text FROM term WHERE id = CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END) ELSE CASE WHEN e.source IN (SELECT id FROM source WHERE event_id = 14) THEN NULL ELSE ifnull(e.details, e.value_data) END END, ?9) AS g9,
       ifnull((SELECT text FROM term WHERE id = e.action), 'unknown') AS g10,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.source IN (SELECT d.id FROM source d WHERE rw_match((SELECT text FROM term WHERE id = d.channel), ?3))) AND (e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?4))) AND ((CASE typeof(e.extra) WHEN 'null' THEN 0 WHEN 'integer' THEN e.extra IN (SELECT id FROM term WHERE rw_match(CASE WHEN substr(text, 1, 1) = '{' AND json_valid(text) THEN json_extract(text, '$."NewValue"') END, ?5)) ELSE ifnull(rw_match(CASE WHEN substr(e.extra, 1, 1) = '{' AND json_valid(e.extra) THEN json_extract(e.extra, '$."NewValue"') END, ?5), 0) END) OR (CASE typeof(e.extra) WHEN 'null' THEN 0 WHEN 'integer' THEN e.extra IN (SELECT id FROM term WHERE rw_match(CASE WHEN substr(text, 1, 1) = '{' AND json_valid(text) THEN json_extract(text, '$."NewValue"') END, ?6)) ELSE ifnull(rw_match(CASE WHEN substr(e.extra, 1, 1) = '{' AND json_valid(e.extra) THEN json_extract(e.extra, '$."NewValue"') END, ?6), 0) END)))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'iSecurity'
-- ?4 = 'i4657'
-- ?5 = 'i0'
-- ?6 = 'r^0[xX]0*(?i:0)$'
-- ?7 = 'null'
-- ?8 = 'null'
-- ?9 = 'null'

-- subsearch
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       ifnull((SELECT text FROM term WHERE id = e.user), 'unknown') AS g2,
       ifnull(CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid) ELSE e.process_guid END, ?10) AS g3,
       ifnull(CASE typeof(e.process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process) ELSE e.process END, 'unknown') AS g4,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.process_path), 'unknown') AS g5,
       ifnull((SELECT text FROM term WHERE id = e.process_path), ?11) AS g6,
       ifnull((SELECT text FROM term WHERE id = e.original_file_name), 'unknown') AS g7,
       ifnull((SELECT text FROM term WHERE id = e.process_integrity_level), ?12) AS g8,
       ifnull(CASE typeof(e.parent_process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process) ELSE e.parent_process END, 'unknown') AS g9,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.parent_process_path), 'unknown') AS g10,
       ifnull((SELECT text FROM term WHERE id = e.parent_process_path), ?13) AS g11,
       ifnull(CASE typeof(e.parent_process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process_guid) ELSE e.parent_process_guid END, ?14) AS g12,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.source IN (SELECT d.id FROM source d WHERE rw_match((SELECT text FROM term WHERE id = d.channel), ?3))) AND (e.source IN (SELECT d.id FROM source d WHERE rw_match(CAST(d.event_id AS TEXT), ?4))) AND ((CASE typeof(e.process) WHEN 'null' THEN 0 WHEN 'integer' THEN e.process IN (SELECT id FROM term WHERE rw_match(text, ?5)) ELSE ifnull(rw_match(e.process, ?5), 0) END) OR (CASE typeof(e.process) WHEN 'null' THEN 0 WHEN 'integer' THEN e.process IN (SELECT id FROM term WHERE rw_match(text, ?6)) ELSE ifnull(rw_match(e.process, ?6), 0) END) OR (CASE typeof(e.process) WHEN 'null' THEN 0 WHEN 'integer' THEN e.process IN (SELECT id FROM term WHERE rw_match(text, ?7)) ELSE ifnull(rw_match(e.process, ?7), 0) END) OR (CASE typeof(e.process) WHEN 'null' THEN 0 WHEN 'integer' THEN e.process IN (SELECT id FROM term WHERE rw_match(text, ?8)) ELSE ifnull(rw_match(e.process, ?8), 0) END) OR (CASE typeof(e.process) WHEN 'null' THEN 0 WHEN 'integer' THEN e.process IN (SELECT id FROM term WHERE rw_match(text, ?9)) ELSE ifnull(rw_match(e.process, ?9), 0) END)) AND (ifnull(rw_fold((SELECT text FROM term WHERE id = e.parent_process_path)) = rw_fold((SELECT text FROM term WHERE id = e.process_path)), 0)))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12
-- ?1 = 1772362800000000
-- ?2 = 1772366400000000
-- ?3 = 'iSecurity'
-- ?4 = 'i4688'
-- ?5 = 'i* -x*'
-- ?6 = 'i* /x*'
-- ?7 = 'i* –x*'
-- ?8 = 'i* —x*'
-- ?9 = 'i* ―x*'
-- ?10 = 'null'
-- ?11 = 'null'
-- ?12 = 'null'
-- ?13 = 'null'
-- ?14 = 'null'
