SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g4,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g6,
       count(*) AS a1,
       min(e.time) AS a2,
       max(e.time) AS a3
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?3))) AND (CASE typeof(e.value_data) WHEN 'null' THEN 0 WHEN 'integer' THEN e.value_data IN (SELECT id FROM term WHERE rw_match(ifnull(CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END, 'unknown'), ?4)) ELSE ifnull(rw_match(ifnull(e.value_data, 'unknown'), ?4), 0) END) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.value_name), 'unknown'), ?5))))
GROUP BY g1, g2, g3, g4, g5, g6
ORDER BY g1, g2, g3, g4, g5, g6
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'i*\\SOFTWARE\\*'
-- ?4 = 'iBinary Data'
-- ?5 = 'r^[0-9a-fA-F]{32}$'
