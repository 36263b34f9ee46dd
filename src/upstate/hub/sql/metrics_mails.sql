-- Mails that are due and were not sent.
SELECT count(*)
FROM hub_alert
WHERE by_mail AND mailed_at IS NULL AND mail_after <= now()
