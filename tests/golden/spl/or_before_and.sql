SELECT CASE WHEN e.time < ?9 THEN e.time - (e.time + ?10) % ?8 ELSE e.time - (e.time + ?11) % ?8 END AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g6,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g7,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?12) AS g8,
       count(*) AS a1
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND (((e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?3))) OR (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?4))) OR (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?5))) OR (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?6)))) AND (CASE typeof(e.value_data) WHEN 'null' THEN 0 WHEN 'integer' THEN e.value_data IN (SELECT id FROM term WHERE rw_match(ifnull(CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END, 'unknown'), ?7)) ELSE ifnull(rw_match(ifnull(e.value_data, 'unknown'), ?7), 0) END))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'i*\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SystemRestore\\DisableSR'
-- ?4 = 'i*\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SystemRestore\\DisableConfig'
-- ?5 = 'i*\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\SystemRestore\\DisableSR'
-- ?6 = 'i*\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\SystemRestore\\DisableConfig'
-- ?7 = 'i0x00000001'
-- ?8 = 3600000000
-- ?9 = 1774746000000000
-- ?10 = 3600000000
-- ?11 = 7200000000
-- ?12 = 'null'
