-- Models standardised within the week: no centre or scale of their own, perhaps a transform first.
alter table ml.parameters alter column center drop not null;
alter table ml.parameters alter column scale drop not null;
alter table ml.parameters add column transform varchar;
alter table ml.models add column link varchar default 'logit';
comment on column ml.parameters.center is 'Null, as scale: mean and deviation of the week''s own candidates.';
comment on column ml.parameters.transform is 'log1p: sign(x) * ln(1 + |x|) before standardising; null: none.';
comment on column ml.models.link is 'From score to probability: each song by itself (logit) or within the week (softmax).';
