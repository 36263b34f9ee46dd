-- Open rejections of all districts by verdict and reason.
SELECT verdict, reason, sum(rejections)::float8
FROM hub_tally
GROUP BY verdict, reason
ORDER BY verdict, reason
