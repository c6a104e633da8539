-- How a file was read, so that another reading of it takes the place of the earlier one.
alter table raw.imports add column reading varchar;
comment on column raw.imports.reading is 'JSON: how the file was said to be read; null: as its content tells.';
comment on table raw.rejects is 'Records that were read and not kept, with the reason and the line or index; of equal files once.';
