SELECT CASE WHEN e.time < ?9 THEN e.time - (e.time + ?10) % ?8 ELSE e.time - (e.time + ?11) % ?8 END AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g5,
       ifnull(CASE typeof(e.value_data) WHEN 'integer' THEN (SELECT CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END FROM term WHERE id = e.value_data) ELSE e.value_data END, 'unknown') AS g6,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?12) AS g7,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_id) FROM actor d WHERE d.id = e.actor), ?13) AS g8,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g9,
       count(*) AS a1,
       count(DISTINCT NULL) AS a2
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?3))) AND (CASE typeof(e.value_data) WHEN 'null' THEN 0 WHEN 'integer' THEN e.value_data IN (SELECT id FROM term WHERE rw_match(ifnull(CASE WHEN substr(text, 2, 8) = 'WORD (0x' AND substr(text, 1, 1) IN ('D', 'Q') AND substr(text, -1) = ')' AND rtrim(substr(text, 8, length(text) - 8), '0123456789ABCDEFabcdefx-') = '' THEN substr(text, 8, length(text) - 8) ELSE text END, 'unknown'), ?4)) ELSE ifnull(rw_match(ifnull(e.value_data, 'unknown'), ?4), 0) END) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.value_name), 'unknown'), ?5))) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name), 'unknown'), ?6))) AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.value_name), 'unknown'), ?7))))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'i*\\SOFTWARE\\Microsoft\\*'
-- ?4 = 'iBinary Data'
-- ?5 = 'r^[0-9a-fA-F]{8}'
-- ?6 = 's0-79'
-- ?7 = 's8-8'
-- ?8 = 60000000
-- ?9 = 1774746000000000
-- ?10 = 3600000000
-- ?11 = 7200000000
-- ?12 = 'null'
-- ?13 = 'null'

-- subsearch
SELECT CASE WHEN e.time < ?11 THEN e.time - (e.time + ?12) % ?10 ELSE e.time - (e.time + ?13) % ?10 END AS g1,
       ifnull((SELECT text FROM term WHERE id = e.process_id), ?14) AS g2,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.process_path), 'unknown') AS g3,
       ifnull(CASE typeof(e.process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process) ELSE e.process END, 'unknown') AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g5,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.parent_process_path), 'unknown') AS g6,
       ifnull(CASE typeof(e.parent_process) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.parent_process) ELSE e.parent_process END, 'unknown') AS g7,
       ifnull(CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid) ELSE e.process_guid END, ?15) AS g8,
       ifnull((SELECT text FROM term WHERE id = e.process_path), ?16) AS g9,
       count(*) AS a1
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?3)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?4)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?5)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?6)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?7)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?8)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?9)) END))
GROUP BY g1, g2, g3, g4, g5, g6, g7, g8, g9
ORDER BY g1, g2, g3, g4, g5, g6, g7, g8, g9
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'iexplorer.exe'
-- ?4 = 'iwermgr.exe'
-- ?5 = 'idxdiag.exe'
-- ?6 = 'iOneDriveSetup.exe'
-- ?7 = 'imobsync.exe'
-- ?8 = 'imsra.exe'
-- ?9 = 'ixwizard.exe'
-- ?10 = 60000000
-- ?11 = 1774746000000000
-- ?12 = 3600000000
-- ?13 = 7200000000
-- ?14 = 'null'
-- ?15 = 'null'
-- ?16 = 'null'
