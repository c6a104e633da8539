-- Nobody has tagged anything tomorrow.
update temp.incoming
set
    reason = 'time in the future',
where
    reason is null
    and tagged_on > $latest
