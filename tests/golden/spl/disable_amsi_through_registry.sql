SELECT CASE WHEN e.time < ?6 THEN e.time - (e.time + ?7) % ?5 ELSE e.time - (e.time + ?8) % ?5 END AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g4,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?9) AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g7,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g8,
       count(*) AS a1
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?3))) AND (CASE typeof(e.value_data) WHEN 'null' THEN 0 WHEN 'integer' THEN e.value_data IN (SELECT id FROM term WHERE rw_match(ifnull(CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END, 'unknown'), ?4)) ELSE ifnull(rw_match(ifnull(e.value_data, 'unknown'), ?4), 0) END))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'i*\\SOFTWARE\\Microsoft\\Windows Script\\Settings\\AmsiEnable'
-- ?4 = 'i0x00000000'
-- ?5 = 3600000000
-- ?6 = 1774746000000000
-- ?7 = 3600000000
-- ?8 = 7200000000
-- ?9 = 'null'
