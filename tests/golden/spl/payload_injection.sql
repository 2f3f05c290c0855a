SELECT CASE WHEN e.time < ?4 THEN e.time - (e.time + ?5) % ?3 ELSE e.time - (e.time + ?6) % ?3 END AS g1,
       ifnull((SELECT text FROM term WHERE id = e.user), 'unknown') AS g2,
       ifnull((SELECT text FROM term WHERE id = e.process_id), ?7) AS g3,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.process_path), 'unknown') AS g4,
       ifnull(CASE typeof(e.process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process) ELSE e.process END, 'unknown') AS g5,
       ifnull((SELECT text FROM term WHERE id = e.process_path), ?8) AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g7,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.parent_process_path), 'unknown') AS g8,
       ifnull(CASE typeof(e.parent_process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process) ELSE e.parent_process END, 'unknown') AS g9,
       ifnull(CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid) ELSE e.process_guid END, ?9) AS g10,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9, g10
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 3600000000
-- ?4 = 1774746000000000
-- ?5 = 3600000000
-- ?6 = 7200000000
-- ?7 = 'null'
-- ?8 = 'null'
-- ?9 = 'null'

-- subsearch
SELECT CASE WHEN e.time < ?5 THEN e.time - (e.time + ?6) % ?4 ELSE e.time - (e.time + ?7) % ?4 END AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?8) AS g5,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g7,
       count(*) AS a1
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND (CASE typeof(e.value_data) WHEN 'null' THEN 0 WHEN 'integer' THEN e.value_data IN (SELECT id FROM term WHERE rw_match(ifnull(CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END, 'unknown'), ?3)) ELSE ifnull(rw_match(ifnull(e.value_data, 'unknown'), ?3), 0) END)
GROUP BY g1, g2, g3, g4, g5, g6, g7
ORDER BY g1, g2, g3, g4, g5, g6, g7
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 's513-18446744073709551615'
-- ?4 = 3600000000
-- ?5 = 1774746000000000
-- ?6 = 3600000000
-- ?7 = 7200000000
-- ?8 = 'null'
