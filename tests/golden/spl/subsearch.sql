SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       (SELECT (SELECT text FROM term WHERE id = d.process_guid) FROM actor d WHERE d.id = e.actor) AS g2,
       count(*) AS a1
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((e.path IN (SELECT d.id FROM registry_path d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.key_name) || ifnull('\' || (SELECT text FROM term WHERE id = d.value_name), ''), 'unknown'), ?3))) AND (e.actor IN (SELECT d.id FROM actor d WHERE (SELECT text FROM term WHERE id = d.process_guid) IS NOT NULL)))
GROUP BY g1, g2
ORDER BY g1, g2
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'i*\\Run\\*'
-- and what the subsearches of its WHERE give

-- subsearch
SELECT CASE typeof(e.process_guid) WHEN 'integer' THEN (SELECT text FROM term WHERE id = e.process_guid) ELSE e.process_guid END AS g1,
       count(*) AS a1
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?3)) END) AND (e.process_guid IS NOT NULL))
GROUP BY g1
ORDER BY g1
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'igood.exe'

-- subsearch
SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       count(*) AS a1
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
GROUP BY g1
ORDER BY g1
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
