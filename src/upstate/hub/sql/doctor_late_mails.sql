-- Mails that should have gone out half an hour ago.
SELECT count(*)
FROM hub_alert
WHERE by_mail AND mailed_at IS NULL AND posted_at < now() - interval '30 minutes'
