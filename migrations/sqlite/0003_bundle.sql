-- What a booking holds beside nights and round, and what the office asks about the coffin.

ALTER TABLE crematorium_case ADD COLUMN ash_date TEXT;
ALTER TABLE crematorium_case ADD COLUMN ash_start TEXT;
-- The table the office keeps for it
ALTER TABLE crematorium_case ADD COLUMN ash_table TEXT;
-- NULL: not asked yet, treated as a standard coffin
ALTER TABLE crematorium_case ADD COLUMN coffin_size TEXT;
-- NULL: not asked yet
ALTER TABLE crematorium_case ADD COLUMN implants TEXT;
-- The office's own number for somebody unnamed
ALTER TABLE crematorium_case ADD COLUMN internal_number TEXT;

-- The last number given to somebody unnamed, by the year พ.ศ.
CREATE TABLE internal_number (
    year BIGINT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- What a case's file shows
CREATE INDEX staff_task_request ON staff_task (request_id, kind);
