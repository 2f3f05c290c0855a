SELECT ?7 AS g1,
       ifnull((SELECT (SELECT text FROM term WHERE id = d.process_id) FROM actor d WHERE d.id = e.actor), ?8) AS g2,
       count(*) AS a1,
       count(DISTINCT NULL) AS a2
FROM registry_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((NOT (e.actor IN (SELECT d.id FROM actor d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.user), 'unknown'), ?3)))) AND (e.actor IN (SELECT d.id FROM actor d WHERE rw_compare((SELECT text FROM term WHERE id = d.process_id), ?4) >= 0)) AND (NOT ((e.source IN (SELECT d.id FROM source d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.computer), 'unknown'), ?5))) OR (e.source IN (SELECT d.id FROM source d WHERE rw_match(ifnull((SELECT text FROM term WHERE id = d.computer), 'unknown'), ?6))))))
GROUP BY g1, g2
ORDER BY g1, g2
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'iSYSTEM'
-- ?4 = '4'
-- ?5 = 'ia'
-- ?6 = 'ib*'
-- ?7 = 'null'
-- ?8 = 'null'
