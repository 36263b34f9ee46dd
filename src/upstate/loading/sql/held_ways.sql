-- What a row at the state means, as it stays as it is, to a record that shares with it what must be unique. Where the row's
-- own record is kept out just now, the newcomer hangs on what keeps that one out, as a child does on its parent.
values
    ('gone', 1::smallint, 'failed', 'duplicate', ', which the state still holds and the district no longer has',
        'Remove the leftover %%s at the state, or give this record its key back.'),
    ('of another year', 1, 'failed', 'duplicate', ', as the state still holds it',
        'Send that %%s first, or correct this one.'),
    ('not sent', 1, 'failed', 'duplicate', '', 'Only one %%s may have these values: correct one record, or remove it.'),
    ('failed', 2, 'blocked', 'value_of_failed', ', as the state still holds it',
        'Nothing is wrong with this record. It lands once that %%s does.'),
    ('excluded', 3, 'excluded', 'value_of_excluded', ', as the state still holds it',
        'Nothing is wrong with this record. It may go once that %%s may, or once the state removes its row.')
