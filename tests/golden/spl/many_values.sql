SELECT ifnull((SELECT (SELECT text FROM term WHERE id = d.computer) FROM source d WHERE d.id = e.source), 'unknown') AS g1,
       count(*) AS a1
FROM process_event e WHERE e.time >= ?1 AND e.time / 1000000 >= ?1 / 1000000 AND e.time < ?2 AND e.time / 1000000 <= ?2 / 1000000
  AND ((CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?3)) END) OR (CASE WHEN e.process_path IS NULL THEN 0 ELSE e.process_path IN (SELECT id FROM term WHERE rw_match(ifnull(nullif(replace(text, rtrim(text, replace(text, '\', '')), ''), ''), 'unknown'), ?4)) END))
GROUP BY g1
ORDER BY g1
-- ?1 = 1774745400000000
-- ?2 = 1774749000000000
-- ?3 = 'l5:a.exe5:b.exe5:c.exe5:d.exe5:e.exe5:f.exe5:g.exe5:h.exe5:i.exe5:j.exe5:k.exe5:l.exe5:m.exe5:n.exe5:o.exe5:p.exe'
-- ?4 = 'iq*.exe'
