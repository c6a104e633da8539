-- The numbers of what was forgotten are not given again.
create table raw.last_ids (
    table_name varchar not null,
    last_id bigint not null,
);
comment on table raw.last_ids is 'The largest number ever given in a table whose rows were forgotten: no number is given twice.';
