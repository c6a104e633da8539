-- What each field of a catalogue of tracks may be, and what becomes of a row that breaks it.
--
-- grain: field
-- audit: least_value < most_value

select
    field,                                     -- of core.fct_catalogue_rows
    field_place,                               -- order in which fields are listed
    cast(least_text as double) as least_value, -- the smallest that it may be
    cast(most_text as double) as most_value,   -- the largest
    fault_action,                              -- of what breaks it: reject the row, or set the
                                               -- value aside and, where many do, the column
from {{ seed('catalogue_fields') }}
