-- What listeners answer in the survey of artists, and scorers that answer without being fitted.
create table raw.ratings (
    listener_id integer not null,
    rated_at timestamp not null,
    artist_name_id integer not null,
    rank integer not null check (rank between 1 and 10),
);
comment on table raw.ratings is 'Artists of the survey in a listener''s order; only ever added, of each listener the last answer counts.';
comment on column raw.ratings.rated_at is 'One instant for all ranks of an answer.';
comment on column raw.ratings.rank is '1 is the favourite.';

create table ml.arrays (
    run_id varchar not null,
    predictor varchar not null,
    task varchar not null,
    target varchar not null,
    model varchar not null,
    listener_id integer,
    cutoff_policy varchar,
    array_name varchar not null,
    element_type varchar not null,
    shape integer[] not null,
    content blob not null,
    sha256 varchar not null,
    catalogue varchar,
);
comment on table ml.arrays is 'The matrices of a scorer that answers without being fitted again; of the latest run alone.';
comment on column ml.arrays.element_type is 'As NumPy writes it, such as <f4; the content is in the order of C.';
