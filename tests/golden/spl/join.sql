SELECT CASE WHEN e.time < ?4 THEN e.time - (e.time + ?5) % ?3 ELSE e.time - (e.time + ?6) % ?3 END AS g1,
       ifnull((SELECT text FROM term WHERE id = e.process_id), ?7) AS g2,
       ifnull((SELECT nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), '') FROM term WHERE id = e.process_path), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g4,
       ifnull(CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid) ELSE e.process_guid END, ?8) AS g5,
       ifnull((SELECT text FROM term WHERE id = e.user), 'unknown') AS g6,
       count(*) AS a1
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
GROUP BY g1, g2, g3, g4, g5, g6
ORDER BY g1, g2, g3, g4, g5, g6
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 1000000
-- ?4 = 1774746000000000
-- ?5 = 3600000000
-- ?6 = 7200000000
-- ?7 = 'null'
-- ?8 = 'null'

-- subsearch
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), '') FROM registry_path d WHERE d.id = e.path), 'unknown') AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.key_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g2,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.value_name) FROM registry_path d WHERE d.id = e.path), 'unknown') AS g3,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g4,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor), ?4) AS g5,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.user) FROM actor d WHERE d.id = e.actor), 'unknown') AS g6,
       count(*) AS a1
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND (e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?3)))
GROUP BY g1, g2, g3, g4, g5, g6
ORDER BY g1, g2, g3, g4, g5, g6
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'i*\\CLSID\\{89565275-A714-4a43-912E-978B935EDCCC}\\InProcServer32\\(Default)'
-- ?4 = 'null'
